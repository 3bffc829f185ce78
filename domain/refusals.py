"""What a person asked for and cannot have: one class a reason, with the sentence that says what to do instead.

A refusal is an answer, not an error: the transaction keeps nothing of what was tried, the person reads `text` in their
language with `params` filled in: `{amount…}` is given in micro-units, `{seconds…}` as a time span, `{at…}` as an
instant.
"""

from __future__ import annotations

from domain.words import N_


class Refusal(Exception):
    """Base of all refusals. `text` is a gettext msgid with `{name}` fields, `params` fill them."""

    text = N_("That did not work. Please try again.")

    def __init__(self, **params: object) -> None:
        super().__init__(type(self).__name__)
        self.params = params


class NotForYou(Refusal):
    """The person has not the role for this, or the button is another person's."""

    text = N_("This is not open to you. /help shows what you can do here.")


class StaleButton(Refusal):
    """A button whose moment has passed: old, used, altered, or of a card that is gone."""

    text = N_("This button is no longer in use. /work brings back your current task.")
