"""The brief: what a coordinator writes above the data, read from a caption and written back to one."""

from domain.brief.answers import CONTROLS, MAX_ANSWER, MAX_ANSWERS, MIN_ANSWERS, check_answers, check_question, clean
from domain.brief.languages import LANGUAGES, language_code
from domain.brief.model import MAX_QUESTION, Brief, Problem, Scale, Translation, merged
from domain.brief.reading import read_brief
from domain.brief.settings import MAX_OVERLAP
from domain.brief.writing import write_brief

__all__ = [
    "CONTROLS",
    "LANGUAGES",
    "MAX_ANSWER",
    "MAX_ANSWERS",
    "MAX_OVERLAP",
    "MAX_QUESTION",
    "MIN_ANSWERS",
    "Brief",
    "Problem",
    "Scale",
    "Translation",
    "check_answers",
    "check_question",
    "clean",
    "language_code",
    "merged",
    "read_brief",
    "write_brief",
]
