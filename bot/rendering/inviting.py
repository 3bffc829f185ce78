"""Bringing people in, as coordinators read it: invite links, requests to join, and who has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.message import Action, Button, Drawn, Message, Nothing, Renderer
from domain.joining import COORDINATOR, INVITED, REVIEWER
from domain.people import Person
from files.qr import qr_png
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import invites, join_requests, people
from storage.database import Tx
from usecases.inviting import CODE_CONTEXT


@dataclass(frozen=True, slots=True)
class Asking:
    """A request to join as coordinators see it; `outdated` when it was answered before it could be shown."""

    asker: Person
    name: str
    username: str | None
    outcome: str | None
    decided_by: str | None
    outdated: bool
    silent: bool


def _join_request_view(tx: Tx, _: int, params: dict[str, Any]) -> Asking:
    asker_id = params["asker_id"]
    request = join_requests.of(tx, asker_id)
    assert request is not None, "requests to join are never deleted"
    return Asking(
        people.by_id(tx, asker_id),
        people.name(tx, asker_id),
        people.username(tx, asker_id),
        request.outcome,
        None if request.decided_by is None else people.name(tx, request.decided_by),
        outdated=request.outcome is not None and not params["answered"],
        silent=params.get("silent", False),
    )


def join_request(view: Asking, words: Words) -> Action:
    """Somebody would like to work here; then, what was answered."""
    if view.outdated:
        return Nothing()
    name = words.html("<b>{name}</b>", name=view.name)
    if view.username:
        name = words.html("{name} (@{username})", name=name, username=view.username)
    asks = words.html("{name} would like to work here.", name=name)
    if view.outcome is None:
        welcome = Button(words.plain("Welcome"), encode("join_yes", view.asker.id), style="success")
        later = Button(words.plain("Not now"), encode("join_no", view.asker.id))
        return Message(asks, ((welcome, later),), silent=view.silent)
    if view.decided_by is None:
        became = words.html("They have come in by an invite link.")
    elif view.outcome == "welcome":
        became = words.html("{name} said: welcome.", name=view.decided_by)
    else:
        became = words.html("{name} said: not now.", name=view.decided_by)
    return Message(f"{asks}\n{became}")


def join_declined(params: dict[str, Any], words: Words) -> Action:
    """The answer to a request: not now."""
    text = words.html(
        "Thank you for asking. There is no free place at the moment. If somebody here gives you an invite link later,"
        " opening it is enough."
    )
    return Message(text, silent=params["silent"])


def _role_name(role: str, words: Words) -> str:
    if role == COORDINATOR:
        return words.plain("Coordinator")
    return words.plain("Reviewer") if role == REVIEWER else words.plain("Worker")


@dataclass(frozen=True, slots=True)
class Link:
    """An invite's link with its terms; `for_staff` when who asked may invite staff too."""

    role: str
    link: str
    ends_at: int
    for_staff: bool


def _invite_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Link:
    code = tx.cipher.open(bytes.fromhex(params["code"]), CODE_CONTEXT).decode()
    link = f"https://t.me/{tx.rules.bot_username}?start={code}"
    return Link(params["role"], link, params["at"], people.by_id(tx, person_id).is_owner)


def invite(view: Link, words: Words) -> Action:
    """The link as text and as a QR picture, and the other kinds of invite."""
    if view.role in (COORDINATOR, REVIEWER):
        role = _role_name(view.role, words)
        text = words.html(
            "<b>{role}</b>: this link is for one person, whoever opens it first, until {until}.\n{link}",
            role=role,
            link=view.link,
            until=words.when(view.ends_at),
        )
    else:
        text = words.html(
            "<b>Workers</b>: everybody with this link can come in, until {until}. Pass it on, or show the picture.\n"
            "{link}",
            link=view.link,
            until=words.day(view.ends_at),
        )
    others = [Button(_role_name(role, words), encode("invite", index)) for index, role in enumerate(INVITED)]
    if view.for_staff:
        text = Markup(text + "\n\n" + words.html("A link for somebody else:"))
    return Message(
        text, (tuple(others),) if view.for_staff else (), photo=Drawn(qr_png, (view.link, _title(view, words)))
    )


def _title(view: Link, words: Words) -> str:
    return f"@{words.rules.bot_username} · {_role_name(view.role, words)}"


def worker_joined(view: tuple[str, int], words: Words) -> Action:
    """A quiet line for who made the invite."""
    name, uses = view
    return Message(
        words.html_many(
            "{name} works here now. Your link has been used by {count} person so far.",
            "{name} works here now. Your link has been used by {count} people so far.",
            uses,
            name=name,
        ),
        silent=True,
    )


def _worker_joined_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[str, int]:
    used = invites.by_id(tx, params["invite_id"])
    assert used is not None, "invites are never deleted"
    return people.name(tx, params["person_id"]), used.uses


def staff_joined(view: tuple[str, str], words: Words) -> Action:
    """Somebody has taken the single-use invite; who made it should know who."""
    name, role = view
    return Message(
        words.html("{name} has used your invite link: {role}.", name=name, role=_role_name(role, words)), silent=True
    )


def _staff_joined_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[str, str]:
    return people.name(tx, params["person_id"]), params["role"]


RENDERERS = {
    "join_request": Renderer(join_request, _join_request_view),
    "join_declined": Renderer(join_declined),
    "invite": Renderer(invite, _invite_view),
    "worker_joined": Renderer(worker_joined, _worker_joined_view),
    "staff_joined": Renderer(staff_joined, _staff_joined_view),
}
