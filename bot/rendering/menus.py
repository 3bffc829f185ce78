"""Command menus by role and language, and /help, which reads the same list."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from bot.rendering.message import Action, Menu, Message, Renderer
from domain.people import Person
from locales.words import Markup, Words
from storage import people
from storage.database import Tx
from usecases import joining

Commands = tuple[tuple[str, str], ...]


def menu_for(
    words: Words, *, owner: bool = False, coordinator: bool = False, reviewer: bool = False, worker: bool = False
) -> Commands:
    """The commands of somebody with these roles, most used first, as (command, description) in that language."""
    commands: list[tuple[str, str]] = []
    if worker:
        commands += [
            ("work", words.plain("Your next task")),
            ("earnings", words.plain("What you have earned, and when it is paid")),
            ("history", words.plain("Your last answers, and why they stand as they do")),
            ("payout", words.plain("Where your money goes")),
        ]
    if owner or coordinator:
        commands += [
            ("newbatch", words.plain("A new batch of photos or texts")),
            ("batches", words.plain("Your batches and how far they are")),
            ("report", words.plain("How good the labels are, and what to do")),
        ]
    if owner or coordinator or reviewer:
        commands.append(("review", words.plain("Appeals and work that wait for you")))
    if owner:
        commands.append(("funds", words.plain("Money received, free and reserved")))
    if owner or coordinator:
        commands += [
            ("invite", words.plain("A link that brings people in")),
            ("payouts", words.plain("Payout runs to approve and mark paid")),
        ]
    return (
        *commands,
        ("start", words.plain("Begin, or see where you are")),
        ("help", words.plain("What you can do here")),
        ("fairness", words.plain("What an hour really pays here, measured")),
        ("settings", words.plain("Language, time, offers, photos")),
        ("privacy", words.plain("What is stored about you")),
        ("stop", words.plain("No more messages from me")),
    )


def menu_of(person: Person, words: Words) -> Commands:
    """The commands of this person."""
    return menu_for(
        words,
        owner=person.is_owner,
        coordinator=person.is_coordinator,
        reviewer=person.is_reviewer,
        worker=person.is_worker,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands: who they are, and whether they may work or have still to agree to it."""

    person: Person
    name: str
    admitted: bool
    agreed: bool


def standing(tx: Tx, person_id: int, _: object = None) -> Standing:
    """Read where the person stands."""
    person = people.by_id(tx, person_id)
    agreed = not joining.must_consent(tx, person)
    return Standing(person, people.name(tx, person_id), joining.admitted(tx, person), agreed)


def menu(view: Standing, words: Words) -> Action:
    """The command menu itself."""
    return Menu(menu_of(view.person, words))


def help_message(view: Standing, words: Words) -> Action:
    """What the person can do, a line each, and what to do next."""
    lines = (f"/{command} – {escape(what)}" for command, what in menu_of(view.person, words))
    head = words.html("<b>What you can do here</b>")
    return Message("\n".join([head, *lines, "", next_thing(view, words)]))


def next_thing(view: Standing, words: Words) -> Markup:
    """One sentence with what this person would do next."""
    person = view.person
    if person.may_coordinate:
        return words.html(
            "To make a batch, simply send me a ZIP of photos or a file of texts. /invite brings people in."
        )
    if person.is_reviewer:
        return words.html("/review shows what waits for you.")
    if person.suspended_at is not None:
        return words.html("There is no work for you at the moment; what you have earned is paid as usual: /earnings.")
    if person.is_worker and view.agreed:
        return words.html("/work shows your next task.")
    if view.admitted:
        return words.html("You are invited: /start shows what the work is, and how to begin.")
    return words.html("/start shows how to join.")


def hint(view: Standing, words: Words) -> Action:
    """One helpful line for what was not understood."""
    said, helps = words.html("I did not understand that."), words.html("/help lists everything else.")
    return Message(f"{said} {next_thing(view, words)} {helps}")


RENDERERS = {
    "menu": Renderer(menu, standing),
    "help": Renderer(help_message, standing),
    "hint": Renderer(hint, standing),
}
