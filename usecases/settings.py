"""What a person chooses for themselves: language, clock, offers, lighter photos. One message, edited in place."""

from __future__ import annotations

from domain.notices import Lane, Slot
from domain.people import LANGUAGES, Person
from domain.refusals import StaleButton
from domain.rules import MINUTE
from storage import outbox, people
from storage.database import Tx
from usecases import roles
from usecases.notify import tell

TIMES_HOLD = 15 * MINUTE
"""For so long the times shown on buttons can be taken for the time it is."""
OFFSETS = tuple(sorted({*range(-11 * 60, 13 * 60 + 1, 60), -570, -210, 210, 270, 330, 345, 390, 570}))
"""The offsets from UTC in minutes that people live at and that are offered: whole hours and the usual others."""


def show(tx: Tx, *, by: Person, now: int) -> None:
    """Show the settings as a new message."""
    outbox.forget_slot(tx, by.id, Slot.SETTINGS)
    _show(tx, by, now=now)


def back(tx: Tx, *, by: Person, now: int) -> None:
    """Show the settings where one of their parts was shown."""
    _show(tx, by, now=now)


def set_language(tx: Tx, *, by: Person, index: int, now: int) -> None:
    """Speak this language from now on, whatever Telegram says."""
    if index >= len(LANGUAGES):
        raise StaleButton
    people.change(tx, by.id, language=LANGUAGES[index], language_chosen=1)
    roles.refresh_menu(tx, by, now=now)
    _show(tx, by, now=now)


def set_offers(tx: Tx, *, by: Person, wanted: bool, now: int) -> None:
    """Offers of new batches on or off, also those that wait to be sent; other news goes on either way."""
    people.change(tx, by.id, listening="all" if wanted else "no_offers")
    if not wanted:
        outbox.cancel_for(tx, by.id, lanes=(Lane.BROADCAST,))
    _show(tx, by, now=now)


def set_light_photos(tx: Tx, *, by: Person, light: bool, now: int) -> None:
    """Smaller pictures for slow or costly networks, or the full ones."""
    people.change(tx, by.id, light_photos=int(light))
    _show(tx, by, now=now)


def ask_time(tx: Tx, *, by: Person, now: int) -> None:
    """Ask what time it is where the person is: Telegram tells no time zone."""
    tell(tx, by, "times", now=now, slot=Slot.SETTINGS, at=now)


def set_time(tx: Tx, *, by: Person, offset: int, shown_at: int, now: int) -> bool:
    """Take the offset whose time the person chose; False, and the times of now, when those shown have moved on.

    `offset` in minutes east of UTC; `shown_at` is when the times were right.
    """
    if offset not in OFFSETS or shown_at > now:
        raise StaleButton
    if now - shown_at > TIMES_HOLD:
        ask_time(tx, by=by, now=now)
        return False
    people.change(tx, by.id, utc_offset=offset)
    _show(tx, by, now=now)
    return True


def choose_work_languages(tx: Tx, *, by: Person, now: int) -> None:
    """Show the languages of work to change them."""
    if not by.is_worker:
        raise StaleButton
    tell(tx, by, "work_languages", now=now, slot=Slot.SETTINGS, in_settings=True)


def _show(tx: Tx, by: Person, *, now: int) -> None:
    tell(tx, by, "settings", now=now, slot=Slot.SETTINGS, at=now)
