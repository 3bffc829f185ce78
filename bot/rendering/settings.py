"""What a person chooses for themselves, stopping, and what is stored about them, as they read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.message import Action, Button, Keyboard, Message, Nothing, Renderer
from domain.ledger import available, in_review, in_transit
from domain.people import LANGUAGES, Person
from domain.rules import MINUTE
from handlers.buttons import encode
from handlers.settings import WEST
from locales.words import Words
from storage import consents, ledger, payout_methods, people
from storage.consents import Consent
from storage.database import Tx
from usecases.settings import OFFSETS

SPOKEN = {"en": "English", "fr": "Français", "es": "Español"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The settings of a person; `at` is the instant the message is about."""

    person: Person
    work_languages: list[str]
    at: int


def _chosen_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Chosen:
    return Chosen(people.by_id(tx, person_id), people.languages(tx, person_id), params["at"])


def settings(view: Chosen, words: Words) -> Action:
    """All settings in one message; each button says what it changes to."""
    person = view.person
    lines = [words.html("<b>Your settings</b>")]
    if person.utc_offset is None:
        lines.append(words.html("I do not know your time zone yet."))
    else:
        clock = words_at(words, person.utc_offset).clock(view.at)
        lines.append(words.html("It is {clock} where you are.", clock=clock))
    if words.rules.quiet_hours:
        lines.append(words.html("I am quiet from 21:00 to 08:00."))
    if person.listening == "nothing":
        lines.append(words.html("You asked me to stop: I do not write to you on my own."))
    elif person.is_worker and person.listening == "no_offers":
        lines.append(words.html("Offers of new work are off."))
    elif person.is_worker:
        lines.append(words.html("Offers of new work are on."))
    rows: list[tuple[Button, ...]] = [
        tuple(
            Button(f"{'✓ ' if code == person.language else ''}{SPOKEN[code]}", encode("set_lang", index))
            for index, code in enumerate(LANGUAGES)
        ),
        (Button(words.plain("What time is it where you are?"), encode("time")),),
    ]
    if person.listening == "nothing":
        rows.append((Button(words.plain("Start again"), encode("offers", 1)),))
    elif person.is_worker:
        wanted = person.listening == "all"
        text = words.plain("Offers: on") if wanted else words.plain("Offers: off")
        rows.append((Button(text, encode("offers", int(not wanted))),))
    if person.is_worker:
        light = words.plain("Lighter photos: on") if person.light_photos else words.plain("Lighter photos: off")
        rows.append((Button(light, encode("light", int(not person.light_photos))),))
        rows.append((Button(words.plain("Languages I work in"), encode("work_langs")),))
    return Message("\n".join(lines), tuple(rows))


def words_at(words: Words, offset: int) -> Words:
    """The same language on another clock."""
    return Words(words.language, words.rules, offset)


def times(params: dict[str, Any], words: Words) -> Action:
    """The times it can be anywhere, as buttons; Telegram tells nobody's time zone."""
    at = params["at"]
    buttons = [
        Button(words_at(words, offset).day_and_clock(at), encode("set_time", offset + WEST, at // MINUTE))
        for offset in OFFSETS
    ]
    rows: Keyboard = tuple(tuple(buttons[index : index + 3]) for index in range(0, len(buttons), 3))
    text = words.html(
        "<b>What time is it where you are?</b>\nThen I am quiet during your night, and days and times are yours."
    )
    return Message(text, (*rows, (Button(words.plain("Back"), encode("settings")),)))


def _person_view(tx: Tx, person_id: int, _: dict[str, Any]) -> Person:
    return people.by_id(tx, person_id)


def stopped(person: Person, words: Words) -> Action:
    """What reaches somebody after /stop and its buttons."""
    only_offers = Button(words.plain("Stop offers only"), encode("stop_offers"))
    again = Button(words.plain("Start again"), encode("start_again"), style="primary")
    if person.listening == "nothing":
        text = words.html(
            "Stopped. I do not write to you on my own any more. Your commands still answer, and what you have earned is"
            " still paid."
        )
        return Message(text, ((only_offers,), (again,)))
    if person.listening == "no_offers":
        text = words.html("No more offers. News about your own work and your pay still comes.")
        return Message(text, ((again,),))
    return Message(words.html("Everything is on again. /help shows what you can do here."))


@dataclass(frozen=True, slots=True)
class Stored:
    """What /privacy tells: the consent that holds, if any, and the balance that is still to be paid, in micro-units.

    `method`: a payout method is kept.
    """

    consent: Consent | None
    balance: int
    method: bool = False


def _stored_view(tx: Tx, person_id: int, _: dict[str, Any]) -> Stored:
    accounts = (available(person_id), in_review(person_id), in_transit(person_id))
    balance = sum(ledger.balance(tx, account) for account in accounts)
    return Stored(consents.of(tx, person_id), balance, payout_methods.active(tx, person_id) is not None)


def privacy(view: Stored, words: Words) -> Action:
    """What is stored, why, who sees it; and the way to take consent back."""
    who = words.plain(words.rules.work_for)
    paragraphs = [
        words.html("<b>What is stored about you, and why</b>"),
        words.html(
            "• Your Telegram id, in plain: without it I could not write to you.\n"
            "• Your name and username, encrypted: coordinators see them where they decide about people and pay.\n"
            "• Your language, time zone and settings.\n"
            "• Your roles, your invite, when you agreed to what, and what you did that others rely on.\n"
            "• Each task you saw, what you answered, when, and how long it took: for your pay and the checks.\n"
            "• Every amount you earned and were paid. These rows are the books and are kept.\n"
            "• Your messages to me, encrypted, until I have handled them."
        )
        + "\n"
        + words.html(
            "• Where your money goes, if you told me: encrypted, shown masked, erased 60 days after it is used no more."
            " A message with such a number is taken out of this chat."
        )
        + "\n"
        + words.html(
            "• How right your answers are, and what stands out in how you answer: for the labels, and for a person to"
            " look at. Both are exported with your answers, under your number; /history shows you how right you are.\n"
            "• Your tests, and the known answers you missed: to decide where you begin, and to tell you why."
        ),
        words.html(
            "Your answers become training data for {who} and for those who ordered the work. They are exported under"
            " a number, without your name, and used for nothing else.",
            who=who,
        ),
        words.html("To have what is stored about you deleted, or sent to you, ask {who}.", who=who),
    ]
    if view.consent is None:
        paragraphs.append(words.html("There is no consent of yours at the moment, so you are given no work."))
        return Message("\n\n".join(paragraphs))
    paragraphs.append(
        words.html(
            "You agreed on {day} to version {version} of what /start shows. You can take that back.",
            day=words.day(view.consent.agreed_at),
            version=view.consent.version,
        )
    )
    return Message("\n\n".join(paragraphs), ((Button(words.plain("Withdraw consent"), encode("withdraw")),),))


def withdraw(view: Stored, words: Words) -> Action:
    """What withdrawing means, asked once more."""
    if view.consent is None:
        return Nothing()
    text: str = words.html(
        "<b>Withdraw your consent?</b>\nYou get no new work, and what you have done is left out of later exports; what"
        " was handed over before cannot be called back. What you have earned is paid. You can come back any time."
    )
    if view.balance:
        text = text + "\n\n" + words.html("Still to be paid: {amount}.", amount=words.money(view.balance))
    if view.method and view.balance:
        text = text + " " + words.html("Your payout method is kept until that is done, then erased.")
    elif view.method:
        text = text + "\n\n" + words.html("Your payout method is erased.")
    return Message(
        text,
        (
            (Button(words.plain("Yes, withdraw"), encode("withdraw_yes", view.consent.agreed_at), style="danger"),),
            (Button(words.plain("Keep it"), encode("withdraw_no")),),
        ),
    )


def withdrawn(view: Stored, words: Words) -> Action:
    """It is done; the money and the way back."""
    text: str = words.html(
        "Your consent is withdrawn. You get no new work, and later exports are made without what you did. If you change"
        " your mind, send /start."
    )
    if view.balance:
        amount = words.money(view.balance)
        text = text + "\n\n" + words.html("Still to be paid: {amount}. /earnings shows when.", amount=amount)
    return Message(text)


RENDERERS = {
    "settings": Renderer(settings, _chosen_view),
    "times": Renderer(times),
    "stopped": Renderer(stopped, _person_view),
    "privacy": Renderer(privacy, _stored_view),
    "withdraw": Renderer(withdraw, _stored_view),
    "withdrawn": Renderer(withdrawn, _stored_view),
}
