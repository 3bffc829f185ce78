"""Dawid & Skene's example: how fit 45 patients are to be anaesthetised, 1 to 4, in the eyes of five anaesthetists.

A. P. Dawid and A. M. Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm", Applied
Statistics 28 (1979), table 1. A word a patient: the first three digits are the first observer's, who judged the same
form three times; then one digit for each of the others.
"""

from __future__ import annotations

from typing import Final

from domain.inference.votes import Votes, votes

_TABLE: Final = (
    "1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111 2223212 "
    "1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111 "
    "1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 1111111 1111111 1212111 "
    "2322222 1211111 2222222"
)
PATIENTS: Final = tuple(_TABLE.split())
OBSERVERS: Final = (0, 0, 0, 1, 2, 3, 4)
SHARES: Final = (0.400, 0.422, 0.111, 0.067)
"""How many patients belong to each class, in the end."""


def forms() -> Votes:
    """The table as votes: seven a patient, class 1 as label 0."""
    answers = [
        (patient, observer, int(digit) - 1)
        for patient, word in enumerate(PATIENTS)
        for observer, digit in zip(OBSERVERS, word, strict=True)
    ]
    return votes(*zip(*answers, strict=True))
