"""The review queue as a reviewer reads it, and what its writer is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.conversation import speaker, turns_html, turns_text
from bot.rendering.message import Action, Button, Document, Keyboard, Message, Nothing, Renderer
from bot.rendering.scores import score_line
from domain import long_texts
from domain.batches import Batch, Submission
from domain.kinds import Message as Turn
from domain.reviews import AT_ONCE, RETURN_CODES, Verdict, known_reason
from domain.rules import SECOND
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, peer_scores, reviews
from storage.database import Tx
from storage.peer_scores import PeerScore
from usecases.reviews import REPLY, WRITTEN, in_full

COUNTED = 1_000
TEXTS = 3_500
"""Of a message's 4,096, for the conversation and the reply."""
REPLY_AT_LEAST = 2_200
"""The reply is what is judged: it has this much room even under a long conversation."""


@dataclass(frozen=True, slots=True)
class Review:
    """One submission on the reviewer's screen, as it is when the message goes out."""

    submission: Submission
    batch: Batch
    turns: tuple[Turn, ...]
    waiting: int
    at: int
    said: str | None = None
    score: PeerScore | None = None


def review(view: Review, words: Words) -> Action:
    """The conversation, the reply in full, what silence does, and the buttons."""
    one = view.submission
    if one.state != "pending":
        return Message(words.html("This one is decided. /review shows the next."))
    written = view.turns[-1][1]
    room = max(REPLY_AT_LEAST, TEXTS - sum(long_texts.units(text) + long_texts.TURN for _, text in view.turns[:-1]))
    shown = long_texts.cut_end(written, min(room, TEXTS))
    before, missing = long_texts.tail(view.turns[:-1], TEXTS - long_texts.units(shown))
    cut = missing or shown != written
    parts = [
        words.html(
            "<b>{title}</b> · {waiting}",
            title=long_texts.cut_end(view.batch.title, 80),
            waiting=_waiting(view.waiting, words),
        ),
        turns_html(before, words),
        words.html("✍️ <b>{speaker}</b>\n{said}", speaker=speaker(REPLY, words), said=shown),
        score_line(view.score, words) if view.score else Markup(""),
        _silence(view, words),
    ]
    return Message(
        "\n\n".join(part for part in parts if part),
        _keyboard(view, cut, words),
        protect=True,
        receipt=_receipt(view.said, words),
    )


def _receipt(said: str | None, words: Words) -> Markup | None:
    """What became of the submission before, for who wrote their reason and so got no toast."""
    if said == Verdict.RETURNED:
        return words.html("Returned. The writer has been told.")
    if said == Verdict.CHANGED:
        return words.html("The text has changed meanwhile; nothing was decided. Here is the new one.")
    return words.html("This one was decided already. Here is what waits now.") if said == Verdict.GONE else None


def _waiting(count: int, words: Words) -> Markup:
    if count >= COUNTED:
        return words.html("more than {count} waiting", count=words.number(COUNTED - 1))
    return words.html_many("{count} waiting", "{count} waiting", count)


def _silence(view: Review, words: Words) -> Markup:
    one = view.submission
    left = (one.review_until - view.at) // SECOND
    if left <= 0:
        return words.html("{price} · its time is over, so it is paid any moment now", price=words.money(one.price))
    return words.html(
        "{price} · unless you return or reject it, paid in {left} ({at})",
        price=words.money(one.price),
        left=words.duration(left),
        at=words.day_and_time(one.review_until),
    )


def _keyboard(view: Review, cut: bool, words: Words) -> Keyboard:
    one = view.submission
    first = (
        Button(words.plain("Accept"), encode("rv_accept", one.id, one.version), style="success"),
        Button(words.plain("Return"), encode("rv_return", one.id, one.version)),
        Button(words.plain("Reject"), encode("rj_ask", one.id, one.id, one.version)),
        Button(words.plain("Skip"), encode("rv_skip", one.id)),
    )
    second = [Button(words.plain("Accept all"), encode("rv_all", view.batch.id, one.id, view.at))]
    if cut:
        second.append(Button(words.plain("Show all"), encode("rv_show", one.id)))
    return (first, tuple(second), (Button(words.plain("One-tap work"), encode("ow_list")),))


def _view(tx: Tx, person_id: int, params: dict[str, Any]) -> Review:
    submission = reviews.submission(tx, params["submission"])
    assert submission is not None
    batch = batches.by_id(tx, submission.batch_id)
    assert batch is not None
    return Review(
        submission,
        batch,
        in_full(tx, submission),
        reviews.count_pending(tx, kinds=WRITTEN, reviewer_id=person_id, limit=COUNTED),
        params.get("at", 0),
        params.get("said"),
        peer_scores.of_submission(tx, submission.id),
    )


def page(view: tuple[Review, int], words: Words) -> Action:
    """One page of what did not fit."""
    found = long_texts.pages(view[0].turns)
    return Message(turns_html(found[view[1]], words), silent=True, protect=True) if view[1] < len(found) else Nothing()


def _page_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[Review, int]:
    return _view(tx, person_id, params), params["page"]


def file(view: Review, words: Words) -> Action:
    """All of it as a text file."""
    name = f"submission-{view.submission.id}.txt"
    content = turns_text(view.turns, words).encode()
    return Message(words.html("All of it, as a file."), document=Document(name, data=content), silent=True)


def empty(params: dict[str, Any], words: Words) -> Action:
    """Nothing to judge."""
    return Message(
        words.html("Nothing is waiting for a review. New written replies appear here with /review."),
        ((Button(words.plain("One-tap work"), encode("ow_list")),),),
        receipt=_receipt(params.get("said"), words),
    )


def ask_all(view: tuple[str, dict[str, Any]], words: Words) -> Action:
    """How many at once, before it happens."""
    title, params = view
    count = params["count"]
    text = words.html_many(
        "Accept {count} submission of “{title}” that was handed in before this screen? It is paid as it is.",
        "Accept {count} submissions of “{title}” that were handed in before this screen? They are paid as they are.",
        count,
        title=title,
    )
    if count >= AT_ONCE:
        text = Markup(text + " " + words.html("If there are more, they come next."))
    yes = words.plain_many("Accept {count}", "Accept {count}", count)
    return Message(
        text,
        (
            (Button(yes, encode("rv_all_yes", params["batch"], params["until"]), style="success"),),
            (Button(words.plain("Back"), encode("rv_back", params["submission"])),),
        ),
    )


def _all_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    batch = batches.by_id(tx, params["batch"])
    return "" if batch is None else batch.title, params


def ask_reason(params: dict[str, Any], words: Words) -> Action:
    """Why it goes back: in one tap, or in their own words."""
    one, version = params["submission"], params["version"]
    codes = tuple(
        (Button(words.plain(text), encode("rv_reason", one, version, index)),)
        for index, (_, text) in enumerate(RETURN_CODES)
    )
    text = words.html(
        "What should the writer change? Tap a reason, or write it in your own words.\n\nThe money stays reserved; the"
        " writer has {time} to improve it.",
        time=words.duration(words.rules.sent_back_seconds),
    )
    return Message(text, (*codes, (Button(words.plain("Cancel"), encode("rv_back", one)),)))


def reason_html(reason: str | None, words: Words) -> Markup:
    """A stored reason as its writer reads it: a known one in their language, else the reviewer's own words."""
    known = known_reason(reason or "")
    return words.html(known) if known is not None else words.html("{reason}", reason=reason or "")


def sent_back(view: Review, words: Words) -> Action:
    """Told at once to the writer: why, and that nothing is lost."""
    one = view.submission
    if one.state != "sent_back" or one.decided_at is None:
        return Nothing()
    text = words.html(
        "A reviewer asks you to improve your reply for “{title}”:\n\n<blockquote>{reason}</blockquote>\n\nIts"
        " {price} stays reserved for you. /work shows it first, until {at}.",
        title=view.batch.title,
        reason=reason_html(one.reason, words),
        price=words.money(one.price),
        at=words.day_and_time(one.decided_at + words.rules.sent_back_seconds * SECOND),
    )
    return Message(text, ((Button(words.plain("Start working"), encode("work"), style="primary"),),))


def sent_back_over(view: Review, words: Words) -> Action:
    """The time to improve it is over."""
    return Message(
        words.html(
            "The time to improve your reply for “{title}” is over, so somebody else writes it now. That happens, and it"
            " does not count against you. /work has more tasks.",
            title=view.batch.title,
        )
    )


RENDERERS = {
    "review": Renderer(review, _view),
    "review_page": Renderer(page, _page_view),
    "review_file": Renderer(file, _view),
    "review_empty": Renderer(empty),
    "review_all": Renderer(ask_all, _all_view),
    "review_reason": Renderer(ask_reason),
    "sent_back": Renderer(sent_back, _view),
    "sent_back_over": Renderer(sent_back_over, _view),
}
