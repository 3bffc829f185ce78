"""The languages a batch can have: ISO 639-1 codes, a few longer ones, and names people write."""

from __future__ import annotations

from typing import Final

_CODES: Final = """
aa ab af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et
eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ig ii ik io is it iu ja jv ka kg ki kj kk
kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv
ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th
ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu fil ceb ckb haw yue
"""
LANGUAGES: Final = frozenset(_CODES.split())

_NAMES: Final = {
    "arabic": "ar",
    "bengali": "bn",
    "chinese": "zh",
    "dutch": "nl",
    "english": "en",
    "anglais": "en",
    "filipino": "fil",
    "french": "fr",
    "français": "fr",
    "german": "de",
    "deutsch": "de",
    "hindi": "hi",
    "indonesian": "id",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "polish": "pl",
    "portuguese": "pt",
    "russian": "ru",
    "spanish": "es",
    "español": "es",
    "swahili": "sw",
    "tagalog": "tl",
    "turkish": "tr",
    "ukrainian": "uk",
    "urdu": "ur",
    "vietnamese": "vi",
}


def language_code(text: str) -> str | None:
    """Return the code of `en`, `EN`, `en-GB`, `pt_BR` or `English`, without the region; None when it is not known."""
    word = text.strip().casefold()
    code = _NAMES.get(word, word.replace("_", "-").partition("-")[0])
    return code if code in LANGUAGES else None
