"""A notice: a message to be sent, by key and parameters; it gets its words when it is sent."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"


class Lane(IntEnum):
    """What goes first when Telegram's limits make something wait."""

    INTERACTIVE = 0
    """The answer to a tap or a message."""
    NOTICE = 1
    """News about one's own work or money; waits for quiet hours to end and for a worker to pause."""
    BROADCAST = 2
    """Offers to many."""


class Slot:
    """Names of messages that are edited in place rather than sent again; one message of each name in a chat."""

    CARD = "card"
    """The task a worker has in hand, and what stands in its place (the list of batches, today's total)."""
    DRAFT = "draft"
    """The preview of a written answer."""
    OFFER = "offer"
    """The offer a worker answered last."""
    TASK = "task"
    """The paused task a coordinator looked at last."""
    REVIEW = "review"
    """The submission a reviewer has in hand."""
    JOINING = "joining"
    """The way in: consent, languages of work, the first task."""
    SETTINGS = "settings"
    PRIVACY = "privacy"
    STOP = "stop"
    MENU = "menu"
    """The command menu, which is no message: a newer one supersedes one that is not set yet."""

    EARNINGS = "earnings"
    """A worker's money."""
    PAYOUT_METHOD = "payout_method"
    """Where a worker's money goes, and what is asked about it."""
    STATEMENT = "statement"
    """Which month a statement is asked for."""
    FAIRNESS = "fairness"
    """The measured facts."""

    QUALITY = "quality"
    """Which batch a report is asked of."""

    HISTORY = "history"
    """A worker's last submissions, and why one stands as it does."""
    REJECTION = "rejection"
    """The news of a rejection that a worker tapped last."""
    APPEALS = "appeals"
    """That appeals wait for who may hear them."""

    GOLD = "gold"
    """The task a coordinator answers to make gold, confirms as gold, or doubts."""

    GOLD_MISSED = "gold_missed"
    """The missed gold a worker objected to last."""

    NEWCOMER = "newcomer"
    """The newcomer whom a coordinator let in last."""

    FOLLOWING = frozenset({CARD, DRAFT, REVIEW, GOLD, EARNINGS, STATEMENT, FAIRNESS, QUALITY, HISTORY, PAYOUT_METHOD})
    """Slots that follow the conversation: edited in place only while theirs is the chat's last message, else sent anew
    below. All other slots stay where they are."""

    @staticmethod
    def join_request(person_id: int) -> str:
        """A request to join as a coordinator sees it."""
        return f"join:{person_id}"

    @staticmethod
    def invited(invite_id: int) -> str:
        """Who came in by an invite, as its maker sees it."""
        return f"invited:{invite_id}"

    @staticmethod
    def batch(batch_id: int) -> str:
        """A batch as its coordinator sees it: the draft, then the progress."""
        return f"batch:{batch_id}"

    @staticmethod
    def earlier(batch_id: int) -> str:
        """The message that showed a batch before it was shown again further down."""
        return f"earlier:{batch_id}"

    @staticmethod
    def confirm(batch_id: int) -> str:
        """The question whether a batch shall be closed or a draft discarded, then what became of it."""
        return f"confirm:{batch_id}"

    @staticmethod
    def rejected(batch_id: int) -> str:
        """What is to be told of rejections in a batch: what waits is said at once. No message keeps this slot."""
        return f"rejected:{batch_id}"

    @staticmethod
    def outcomes(batch_id: int) -> str:
        """What is to be told of appeals in a batch that were decided close together."""
        return f"outcomes:{batch_id}"

    @staticmethod
    def proposal(proposal_id: int) -> str:
        """Rejections that wait for a second human, as staff see them."""
        return f"proposal:{proposal_id}"

    @staticmethod
    def inquiry(submission_id: int) -> str:
        """The prompt a worker's question about a submission replies to."""
        return f"inquiry:{submission_id}"

    @staticmethod
    def reply(inquiry_id: int) -> str:
        """The prompt that the answer to a worker's question replies to."""
        return f"reply:{inquiry_id}"

    @staticmethod
    def talk(signal_id: int) -> str:
        """The prompt that words to the people a signal is about reply to."""
        return f"talk:{signal_id}"

    @staticmethod
    def reports(batch_id: int) -> str:
        """The reports of a batch as its coordinator decides about them."""
        return f"reports:{batch_id}"

    @staticmethod
    def payout_run(run_id: int) -> str:
        """A payout run as the staff see it."""
        return f"run:{run_id}"
