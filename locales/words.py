"""One person's language: sentences from the catalogues, money and time as people write them.

`html` is for message texts: what is put into the sentence is escaped, the sentence itself may carry tags. `plain` is
for buttons, toasts and captions of pictures. Both take the English sentence as gettext's msgid.
"""

from __future__ import annotations

import gettext
import html as html_module
import io
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

from babel.dates import format_date, format_skeleton, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from domain.money import minor_digits
from domain.people import LANGUAGES
from domain.rules import Rules, moment
from domain.words import N_

FOLDER = Path(__file__).parent
LOCALES = {"en": "en_US", "fr": "fr_FR", "es": "es_419"}
BY_CURRENCY = {("es", "EUR"): "es_ES"}
"""Where euros are paid, a comma is the decimal sign: 7.125 would be read as seven thousand there."""
MONDAY = date(2024, 1, 1)
BEFORE_LETTERS = re.compile(r"\$(?=[A-Z])")
"""French writes US dollars as $US, which Telegram takes for a cashtag and makes a link of."""

BEHIND_SYMBOL = re.compile(r"(?<=[^\w\s])/")
"""Behind a sign of currency Telegram takes `/h` for a command and makes a link of it: "23 €/h" is "23 € / h"."""


class Markup(str):
    """Text that is HTML already and goes into a sentence as it is."""

    __slots__ = ()


class Words:
    """How the installation speaks to one person. `utc_offset` in minutes; None means the installation's time zone."""

    def __init__(self, language: str, rules: Rules, utc_offset: int | None = None) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self.rules = rules
        self._locale = locale_of(self.language, rules.currency)
        self._catalogue = catalogue(self.language)
        self._offset = utc_offset

    def html(self, text: str, **params: object) -> Markup:
        """The sentence in this language; params are escaped unless they are Markup."""
        return Markup(self._catalogue.gettext(text).format(**_escaped(params)))

    def html_many(self, one: str, many: str, count: int, **params: object) -> Markup:
        """The sentence for `count` things; `{count}` is filled with the number as people write it."""
        params["count"] = self.number(count)
        return Markup(self._catalogue.ngettext(one, many, count).format(**_escaped(params)))

    def plain(self, text: str, **params: object) -> str:
        """The sentence in this language without any escaping."""
        return self._catalogue.gettext(text).format(**params) if params else self._catalogue.gettext(text)

    def plain_many(self, one: str, many: str, count: int, **params: object) -> str:
        """The sentence for `count` things, without any escaping."""
        return self._catalogue.ngettext(one, many, count).format(count=self.number(count), **params)

    def filled(self, text: str, params: Mapping[str, object]) -> str:
        """A refusal's or a toast's sentence.

        Params named `amount…` are micro-units, `seconds…` time spans, `at…` instants, other integers are counts.
        """
        shown = {name: self._shown(name, value) for name, value in params.items()}
        return self._catalogue.gettext(text).format(**shown)

    def money(self, micro: int) -> str:
        """An exact amount: at least the currency's own decimals, more where it needs them ($0.125, not $0.12)."""
        return _money(self.language, self.rules.currency, micro)

    def rate(self, micro_per_hour: int) -> str:
        """An hourly rate, rounded to whole units from 10 on: "$20/h", "$7.50/h", "7,50 € / h"."""
        return _rate(self.language, self.rules.currency, micro_per_hour)

    def number(self, value: int) -> str:
        """A whole number with the language's grouping."""
        return _number(self._locale, value)

    def decimal(self, value: Decimal, digits: int) -> str:
        """A number with exactly so many decimals: "0.71", "0,71"."""
        pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
        return str(format_decimal(value, format=pattern, locale=self._locale))

    def share(self, part: int, whole: int) -> str:
        """A share in whole per cent; "–" of nothing."""
        return "–" if whole == 0 else self.plain("{share}%", share=round(100 * part / whole))

    def duration(self, seconds: int) -> str:
        """A time span: "9 s", "18 min", "2 h 5 min", "3 days"."""
        if seconds < 90:
            return self.plain("{seconds} s", seconds=seconds)
        minutes = round(seconds / 60)
        if minutes < 90:
            return self.plain("{minutes} min", minutes=minutes)
        hours, rest = divmod(minutes, 60)
        if hours < 48:
            return (
                self.plain("{hours} h {minutes} min", hours=hours, minutes=rest)
                if rest
                else self.plain("{hours} h", hours=hours)
            )
        return self.plain_many("{count} day", "{count} days", round(minutes / 1440))

    def day(self, now: int) -> str:
        """A day, as "Wed, Nov 25"."""
        return str(
            format_date(
                self._local(now), format="EEE, MMM d" if self.language == "en" else "EEE d MMM", locale=self._locale
            )
        )

    def weekday(self, weekday: int) -> str:
        """A day of the week by its number, 0 is Monday."""
        return str(format_date(MONDAY + timedelta(days=weekday), format="EEEE", locale=self._locale))

    def month(self, month: int) -> str:
        """A month by its number, year × 12 + month - 1: "November 2026", "novembre 2026"."""
        return str(format_skeleton("yMMMM", date(month // 12, month % 12 + 1, 1), locale=self._locale))

    def date(self, day: int) -> str:
        """A calendar day (days since 1970-01-01) without its weekday: "Nov 25", "25 nov."."""
        return str(format_skeleton("MMMd", (moment(0) + timedelta(days=day)).date(), locale=self._locale))

    def day_and_time(self, now: int) -> str:
        """A day and its time of day, as "Wed, Nov 25, 10:00 AM"."""
        return f"{self.day(now)}, {self.clock(now)}"

    def clock(self, now: int) -> str:
        """A time of day. Spanish has both clocks; "10:00 a.m." would end every sentence with two full stops."""
        wanted = "H:mm" if self.language == "es" else "short"
        return str(format_time(self._local(now), format=wanted, locale=self._locale))

    def day_and_clock(self, now: int) -> str:
        """A day of the week and a time of day, as short as that goes: "Sat 14:30"."""
        return f"{format_date(self._local(now), format='EEE', locale=self._locale)} {self.clock(now)}"

    def when(self, now: int) -> str:
        """A day and a time, as `day_and_time`."""
        return self.day_and_time(now)

    def _shown(self, name: str, value: object) -> object:
        if isinstance(value, int):
            if name.startswith("amount"):
                return self.money(value)
            if name.startswith("seconds"):
                return self.duration(value)
            if name.startswith("at"):
                return self.when(value)
            return self.number(value)
        return value

    def _local(self, now: int) -> datetime:
        if self._offset is None:
            return self.rules.local(now).replace(tzinfo=None)
        return (moment(now) + timedelta(minutes=self._offset)).replace(tzinfo=None)


def locale_of(language: str, currency: str) -> str:
    """How numbers, money and dates are written for who reads this language where this currency is paid."""
    return BY_CURRENCY.get((language, currency), LOCALES[language])


# Remembered: a card shows the same few amounts and rates again and again.
@lru_cache(maxsize=4096)
def _money(language: str, currency: str, micro: int) -> str:
    value = Decimal(micro).scaleb(-6)
    needed = max(0, -int(value.normalize().as_tuple().exponent))
    return _amount(language, currency, value, max(minor_digits(currency), needed))


@lru_cache(maxsize=4096)
def _rate(language: str, currency: str, micro_per_hour: int) -> str:
    digits = 0 if micro_per_hour >= 10_000_000 or micro_per_hour % 1_000_000 == 0 else 2
    value = Decimal(micro_per_hour).scaleb(-6).quantize(Decimal(1).scaleb(-digits))
    shown = catalogue(language).gettext(N_("{amount}/h")).format(amount=_amount(language, currency, value, digits))
    return BEHIND_SYMBOL.sub("\xa0/\xa0", shown)


def _amount(language: str, currency: str, value: Decimal, digits: int) -> str:
    """An amount with so many decimals."""
    locale = locale_of(language, currency)
    decimals = f".{'0' * digits}" if digits else ""
    behind = locale in ("fr_FR", "es_ES")
    pattern = f"#,##0{decimals}\xa0¤" if behind else f"¤#,##0{decimals}"
    if not behind and len(get_currency_symbol(currency, locale=locale)) > 2:
        pattern = f"¤\xa0#,##0{decimals}"
    shown = str(format_currency(value, currency, pattern, locale=locale, currency_digits=False))
    return BEFORE_LETTERS.sub("$\xa0", shown)


@lru_cache(maxsize=4096)
def _number(locale: str, value: int) -> str:
    return str(format_decimal(value, locale=locale))


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The sentences of a language, read from its .po file; English needs none."""
    path = FOLDER / language / "LC_MESSAGES" / "tallyhand.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _escaped(params: dict[str, object]) -> dict[str, object]:
    return {
        name: value if isinstance(value, Markup | int) else html_module.escape(str(value), quote=False)
        for name, value in params.items()
    }
