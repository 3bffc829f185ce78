"""The way in, as people read it: greetings, the door, consent, languages of work; requests and news for who invited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.menus import Standing, next_thing, standing
from bot.rendering.message import Action, Button, Keyboard, Message, Renderer
from domain.joining import WORK_LANGUAGES, JoinRequest
from domain.periods import next_payout
from domain.rules import DAY, SECOND
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import consents, join_requests, people
from storage.database import Tx

LANGUAGE_NAMES = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "de": "Deutsch",
    "pt": "Português",
    "hi": "हिन्दी",
    "ar": "العربية",
    "sw": "Kiswahili",
}
"""Each in its own words, as people look for them; not translated."""

IN_SETTINGS = 1
"""Second number of the language buttons when they stand in the settings and not on the way in."""


def _note(note: str | None, words: Words) -> str:
    if note == "used":
        return words.html("That invite link was for one person and has been used.") + "\n\n"
    if note == "expired":
        return words.html("That invite link has expired.") + "\n\n"
    if note == "unknown":
        return words.html("I do not know that invite link; perhaps a part of it was lost on the way.") + "\n\n"
    return ""


def start_working(words: Words) -> Button:
    """The button that shows the next task."""
    return Button(words.plain("Start working"), encode("work"), style="primary")


def greeting(view: tuple[Standing, str | None], words: Words) -> Action:
    """Hello to somebody who belongs here, with what they would do next."""
    who, note = view
    person = who.person
    if person.suspended_at is not None:
        hello = words.html("Hello {name}. Your work here is paused.", name=who.name)
    elif person.is_owner:
        hello = words.html(
            "Hello {name}, you are the owner here. /funds records the money you have received for the work,"
            " for example /funds 500.",
            name=who.name,
        )
    elif person.is_coordinator:
        hello = words.html("Hello {name}, you are a coordinator here.", name=who.name)
    elif person.is_reviewer:
        hello = words.html("Hello {name}, you review work here.", name=who.name)
    else:
        hello = words.html("Welcome back, {name}.", name=who.name)
    buttons: Keyboard = ()
    if person.suspended_at is None:
        works = person.is_worker and who.agreed
        itself = Button(words.plain("Do tasks myself"), encode("join_work"))
        buttons = ((start_working(words) if works else itself,),)
    lines = [f"{hello} {next_thing(who, words)}"]
    if person.listening == "nothing":
        lines.append(words.html("You asked me to stop writing to you on my own; /settings changes that."))
    every = words.rules.every_seconds
    if every is not None and person.may_coordinate:
        lines.append(
            words.html(
                "<i>This is set up for trying: work is accepted after {review}, and payday and the summary come every"
                " {every}, so that you can see one.</i>",
                review=words.duration(words.rules.review_tap_seconds),
                every=words.duration(every),
            )
        )
    return Message(_note(note, words) + "\n\n".join(lines), buttons)


def _greeting_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[Standing, str | None]:
    return standing(tx, person_id), params["note"]


@dataclass(frozen=True, slots=True)
class Door:
    """What somebody without an invite meets."""

    name: str
    note: str | None
    request: JoinRequest | None
    owned: bool


def _door_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Door:
    name = people.name(tx, person_id)
    return Door(name, params["note"], join_requests.of(tx, person_id), people.has_owner(tx))


def door(view: Door, words: Words) -> Action:
    """Who has no invite: what this is, and how to ask."""
    note = _note(view.note, words)
    if view.request is not None and view.request.outcome is None:
        return Message(
            note
            + words.html(
                "You have asked to join. The coordinators have your request, and I tell you here what they answer."
                " With an invite link you need not wait: open it, and you are in."
            )
        )
    if view.request is not None:
        return Message(
            note
            + words.html(
                "There is no free place at the moment. If somebody here gives you an invite link, opening it is enough."
            )
        )
    text = words.html(
        "Hello {name}. Here people are paid for small tasks in this chat: to say what is in a photo, to write the reply"
        " an assistant should have given. Everybody comes in by an invite link.\n\nYou have none? Ask to join, and the"
        " coordinators decide. They then see your name and username.",
        name=view.name,
    )
    if not view.owned:
        text = Markup(
            text
            + "\n\n"
            + words.html("Have you just installed this bot? The link that makes you its owner stands in the console.")
        )
    return Message(note + text, ((Button(words.plain("Ask to join"), encode("join"), style="primary"),),))


def _days(at: int, review_seconds: int, words: Words) -> tuple[str, str]:
    """By when work handed in at `at` is accepted and when it is paid; as times of day where both are soon."""
    accepted = at + review_seconds * SECOND
    paid = next_payout(words.rules, accepted).due_at
    shown = words.day if paid - at >= DAY else words.clock
    return shown(accepted), shown(paid)


def consent(view: dict[str, Any], words: Words) -> Action:
    """The one screen to agree to. When it says something new, CONSENT_VERSION is raised."""
    tapped, tapped_paid = _days(view["at"], words.rules.review_tap_seconds, words)
    written, written_paid = _days(view["at"], words.rules.review_written_seconds, words)
    paragraphs = [
        words.html(
            "<b>The work.</b> Small tasks in this chat: you say what is in a photo, or write the reply an assistant"
            " should have given. You take a task when you like, and stop when you like."
        ),
        words.html("<b>Who asks for it:</b> {who}.", who=words.plain(words.rules.work_for)),
        words.html(
            "<b>What it is for.</b> Your answers and texts become training data: computer programs such as chat"
            " assistants learn from them. They are given to those who ordered the work under a number, without your"
            " name."
        ),
        words.html(
            "<b>Pay.</b> Every task shows its price before you do it. A photo you label now is accepted by {tapped} at"
            " the latest, paid {tapped_paid}; a reply you write now is accepted by {written}, paid {written_paid}. Only"
            " a person can say that something is wrong with it, and tells you what. Pay goes out from {minimum} on.",
            tapped=tapped,
            tapped_paid=tapped_paid,
            written=written,
            written_paid=written_paid,
            minimum=words.money(words.rules.payout_minimum),
        ),
        words.html(
            "<b>What is stored.</b> Your Telegram id, your name and username (encrypted), your language, what you"
            " answer and how long it took, and your pay. /privacy shows more, at any time."
        ),
        words.html(
            "<b>You.</b> You are 18 or older. This is contract work, not employment: no fixed hours, and the taxes on"
            " what you earn are yours to pay."
        ),
        words.html("You can take this back at any time: /privacy, Withdraw consent."),
    ]
    if view["welcomed"]:
        paragraphs.insert(0, words.html("You are welcome here! Please read this once before you begin."))
    elif view["earlier"]:
        paragraphs.insert(0, words.html("This has changed since you agreed to it. Please read it once more."))
    agree = Button(words.plain("I agree"), encode("agree", view["version"]), style="success")
    refuse = Button(words.plain("No thanks"), encode("no_thanks"))
    return Message("\n\n".join(paragraphs), ((agree,), (refuse,)), silent=view["silent"])


def _consent_view(tx: Tx, person_id: int, params: dict[str, Any]) -> dict[str, Any]:
    return {**params, "earlier": consents.live(tx, person_id) not in (None, params["version"])}


def declined(params: dict[str, Any], words: Words) -> Action:
    """They said no."""
    return Message(
        words.html(
            "All right, and thank you for reading. You will hear nothing more from me. If you change your mind, send"
            " /start."
        )
    )


def work_languages(view: tuple[set[str], bool], words: Words) -> Action:
    """The languages somebody works in, each a button that turns it on or off."""
    chosen, in_settings = view
    where = IN_SETTINGS if in_settings else 0
    buttons = [
        Button(
            f"{'✓ ' if code in chosen else ''}{LANGUAGE_NAMES[code]}",
            encode("lang", index, int(code not in chosen), where),
        )
        for index, code in enumerate(WORK_LANGUAGES)
    ]
    go_on = words.plain("Done") if in_settings else words.plain("Start working")
    done = Button(go_on, encode("lang_done", where), style="primary")
    rows: Keyboard = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    text = words.html("<b>Which languages do you read and write well?</b>\nYou get tasks in the languages you tick.")
    return Message(text, (*rows, (done,)))


def _work_languages_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[set[str], bool]:
    return set(people.languages(tx, person_id)), params["in_settings"]


def ready(languages: list[str], words: Words) -> Action:
    """Everything is settled; the first task stands below."""
    names = ", ".join(LANGUAGE_NAMES.get(code, code) for code in languages)
    text = words.html(
        "You are in. You get tasks in: {languages}.\n\nTell me what time it is where you are (/settings), and I am"
        " quiet during your night.",
        languages=names,
    )
    return Message(text)


def _ready_view(tx: Tx, person_id: int, _: dict[str, Any]) -> list[str]:
    return people.languages(tx, person_id)


RENDERERS = {
    "greeting": Renderer(greeting, _greeting_view),
    "door": Renderer(door, _door_view),
    "consent": Renderer(consent, _consent_view),
    "declined": Renderer(declined),
    "work_languages": Renderer(work_languages, _work_languages_view),
    "ready": Renderer(ready, _ready_view),
}
