"""A name an account is in, and which messages are taken out of the chat."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.payout_methods import LONGEST_NAME, Problem, holder, may_carry_a_number


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ana García", "Ana García"),
        ("  ana \n garcía\u202e ", "ana garcía"),
        ("O’Brien-Ngũgĩ, J.", "O’Brien-Ngũgĩ, J."),
        ("李小龍", "李小龍"),
        ("Café 24 GmbH & Co. KG", "Café 24 GmbH & Co. KG"),
        ("e\u0301lan vital", "élan vital"),
    ],
)
def test_a_name_is_taken_as_its_bank_writes_it(typed: str, name: str) -> None:
    assert holder(typed) == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "name"),
        ("👍", "name"),
        ("-", "name"),
        ("A", "name"),
        ("<b>Ana</b>", "name"),
        ("DE89 3704 0044 0532 0130 00", "name_number"),
        ("ana@example.org", "name_number"),
        ("Ana " * 30, "name_long"),
    ],
)
def test_what_is_no_name_has_its_sentence(typed: str, code: str) -> None:
    found = holder(typed)
    assert isinstance(found, Problem)
    assert found.code == code


@given(st.text(max_size=500))
def test_any_text_is_a_name_that_fits_or_none(typed: str) -> None:
    found = holder(typed)
    if isinstance(found, str):
        assert holder(found) == found
        assert 2 <= len(found) <= LONGEST_NAME


@pytest.mark.parametrize(("typed", "goes"), [("hello?", False), ("", False), ("a@b", True), ("D 8 9 3", False)])
def test_a_message_that_may_hold_a_number_is_taken_out(typed: str, goes: bool) -> None:
    assert may_carry_a_number(typed) is goes
    assert may_carry_a_number(f"{typed} ٣٧٠٤") is True
