"""What a notice becomes when it is sent: a message, a reaction, a command menu, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from locales.words import Words
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Button:
    """A button: with `data` (made by handlers.buttons) or with a `url`. Styles: primary, success, danger."""

    text: str
    data: str | None = None
    url: str | None = None
    style: str | None = None


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo of the file store by its content's hash; uploaded once, then sent by file_id.

    `light` is a smaller rendition of it, for people who asked for lighter photos: the sender sets it, not a renderer.
    """

    sha256: str
    light: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture that a function of files/ draws in a worker process: `function(*args) -> PNG bytes`."""

    function: Callable[..., bytes]
    args: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file below DATA_DIR (`path` is relative to it), under the name people see; or the bytes themselves.

    With `sealed` the file holds bytes sealed under that context.
    """

    filename: str
    path: str | None = None
    data: bytes | None = None
    sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message to send or, in a slot, to put in the slot's place. `text` is HTML.

    `shows` is an assignment: it counts as shown when Telegram has answered the send. `protect` forbids forwarding
    (customers' photos). `receipt` (HTML) is what an older message of the slot becomes when this one is sent below it;
    without it the old one only loses its buttons; one that `stays` is edited where it stands. `prompt` opens the reply
    field (force reply) with that placeholder. `tells` says of which rejections this is the news, as (batch, the last
    one's id): their time to appeal begins with its delivery.
    """

    text: str
    keyboard: Keyboard = ()
    photo: StoredPhoto | Drawn | None = None
    document: Document | None = None
    shows: int | None = None
    silent: bool = False
    protect: bool = False
    receipt: str | None = None
    prompt: str | None = None
    stays: bool = False
    tells: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji set on a message of theirs."""

    message_id: int
    emoji: str


@dataclass(frozen=True, slots=True)
class Menu:
    """The commands this person's menu shows, as (command, description)."""

    commands: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Deletion:
    """A message taken out of the chat (Telegram allows it for 48 hours)."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """The notice has lost its point since it was queued."""


Action = Message | Reaction | Menu | Deletion | Nothing


@dataclass(frozen=True, slots=True)
class Renderer:
    """How one key of notice becomes an action.

    `view(tx, person_id, params)` reads what is needed on a reader (keep it to indexed look-ups); `render(view, words)`
    is pure. Without a view, `render` gets the params.
    """

    render: Callable[[Any, Words], Action]
    view: Callable[[Tx, int, dict[str, Any]], Any] | None = None
