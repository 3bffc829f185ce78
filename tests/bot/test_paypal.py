"""What an answer of PayPal's means for money: certain only what is certain; the rest is looked up."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.paypal import (
    Doubt,
    Later,
    NoAnswer,
    PayPal,
    Refused,
    Taken,
    WrongCredentials,
    read_answer,
    read_look,
    working,
)
from domain.sendings import Item, Standing, body
from emulator.paypal.server import PayPal as StandIn

DUPLICATE = {
    "name": "USER_BUSINESS_ERROR",
    "message": "User business error.",
    "details": [{"field": "SENDER_BATCH_ID", "issue": "Batch with given sender_batch_id already exists"}],
}
LINK = {"href": "https://api-m.paypal.com/v1/payments/payouts/Q6K2CE4GQ36MQ", "rel": "self", "method": "GET"}
SIMPLE = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
JSON = st.recursive(
    SIMPLE,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "details", "links", "link", "href", "field", "issue", "batch_header", "items"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def answer(status: int, found: Any, rest: str | None = None) -> Any:
    return read_answer(status, json.dumps(found).encode(), rest)


def test_a_duplicate_is_a_batch_that_was_taken_wherever_its_link_stands() -> None:
    (detail,) = DUPLICATE["details"]
    assert isinstance(detail, dict)
    assert answer(400, DUPLICATE | {"details": [detail | {"link": [LINK]}]}) == Taken("Q6K2CE4GQ36MQ")
    assert answer(400, DUPLICATE | {"links": [LINK]}) == Taken("Q6K2CE4GQ36MQ")
    assert answer(400, DUPLICATE) == Taken(None)


def test_another_business_error_is_no_duplicate() -> None:
    assert answer(400, {"name": "USER_BUSINESS_ERROR", "details": []}) == Refused("USER_BUSINESS_ERROR")


def test_a_refusal_names_its_items() -> None:
    details = [
        {"field": "items[3].receiver", "issue": "Receiver is invalid or does not match with type"},
        {"field": "/items/7/receiver", "issue": "…"},
        {"field": "items[9].amount.value", "issue": "…"},
        {"field": "sender_batch_header", "issue": "…"},
    ]
    found = answer(400, {"name": "VALIDATION_ERROR", "details": details})
    assert found == Refused("VALIDATION_ERROR", {3: "receiver", 7: "receiver", 9: "amount"})


@pytest.mark.parametrize("status", [500, 502, 503, 504, 302, 408, 100])
def test_what_may_have_been_done_is_a_doubt(status: int) -> None:
    assert isinstance(answer(status, {"name": "INTERNAL_SERVER_ERROR"}), Doubt)


def test_half_an_answer_is_a_doubt_and_so_is_a_page_of_a_proxy() -> None:
    assert isinstance(read_answer(201, b'{"batch_header": {"payout_batch'), Doubt)
    assert isinstance(answer(201, {"batch_header": {}}), Doubt)
    assert isinstance(read_answer(400, b"<html>Bad Request</html>"), Doubt)


def test_too_many_waits_as_long_as_it_says() -> None:
    assert answer(429, {}, "17") == Later("too_many", 17.0)
    assert answer(429, {}, "1e9") == Later("too_many", 3600.0)
    assert answer(429, {}, "Wed, 21 Oct 2026 07:28:00 GMT") == Later("too_many", None)


@example(400, {"details": True})
@given(st.integers(100, 599), JSON)
def test_whatever_comes_is_read_and_only_a_clear_answer_is_certain(status: int, found: Any) -> None:
    read = answer(status, found)
    if isinstance(read, Taken) and status not in (200, 201, 202):
        assert 400 <= status < 500 and found["details"]
    if isinstance(read, Refused):
        assert 400 <= status < 500


@given(JSON)
def test_a_batch_of_another_shape_is_no_answer(found: Any) -> None:
    try:
        read_look(found if isinstance(found, dict) else {"items": found})
    except NoAnswer:
        return
    raise AssertionError("these never have a whole header")


@pytest.fixture
async def standin() -> AsyncIterator[StandIn]:
    async with StandIn(settle=0.0, lag=0.0, token_seconds=900) as standin:
        yield standin


@pytest.fixture
async def paypal(standin: StandIn) -> AsyncIterator[PayPal]:
    paypal = PayPal(standin.address, "client", "secret", timeout=20.0)
    await paypal.open()
    yield paypal
    await paypal.close()


def batch(*receivers: str, key: str = "key") -> bytes:
    return body(key, [Item(f"payout-{n}", one, "1.50", "USD") for n, one in enumerate(receivers)])


async def test_a_batch_is_sent_found_again_and_seen(standin: StandIn, paypal: PayPal) -> None:
    sent = await paypal.send(batch("ana@example.org", "unclaimed.ben@example.org", "blocked.eve@example.org"))
    assert isinstance(sent, Taken) and sent.reference is not None
    assert await paypal.send(batch("ana@example.org")) == sent
    look = await paypal.look(sent.reference)
    assert look.worked and not look.denied and look.fees == ("0.75", "USD")
    assert [(line.key, line.standing, line.problem) for line in look.lines] == [
        ("payout-0", Standing.PAID, None),
        ("payout-1", Standing.UNCLAIMED, None),
        ("payout-2", Standing.FAILED, "risk_decline"),
    ]


@pytest.mark.parametrize("kind", ["error_before", "error_after", "cut_before", "cut_after", "timeout_after"])
async def test_every_break_of_a_call_is_a_doubt(standin: StandIn, paypal: PayPal, kind: str) -> None:
    standin.faults.replace({"create": {kind: 1}, "seconds": {"hang": 3}})
    hasty = PayPal(standin.address, "client", "secret", timeout=0.5)
    await hasty.open()
    assert isinstance(await hasty.send(batch("ana@example.org")), Doubt)
    await hasty.close()
    assert len(standin.book.batches) == kind.endswith("after")
    standin.faults.replace({})
    assert isinstance(await paypal.send(batch("ana@example.org")), Taken)
    assert len(standin.book.batches) == 1


async def test_what_never_left_is_no_doubt(standin: StandIn, paypal: PayPal) -> None:
    standin.faults.replace({"create": {"too_many": 1}})
    assert await paypal.send(batch("ana@example.org")) == Later("too_many", 1.0)
    standin.faults.replace({})
    await standin.stop()
    assert await paypal.send(batch("ana@example.org")) == Later("no_connection")


async def test_a_token_that_has_ended_is_asked_for_anew(standin: StandIn, paypal: PayPal) -> None:
    sent = await paypal.send(batch("ana@example.org"))
    assert isinstance(sent, Taken) and sent.reference is not None
    standin.book.advance(1_000)
    assert (await paypal.look(sent.reference)).worked
    standin.book.advance(1_000)
    assert await paypal.send(batch("ben@example.org", key="other")) == Later("unauthorized")
    assert isinstance(await paypal.send(batch("ben@example.org", key="other")), Taken)


async def test_items_of_many_pages_are_one_look(standin: StandIn, paypal: PayPal) -> None:
    sent = await paypal.send(batch(*(f"worker-{number}@example.org" for number in range(2_300))))
    assert isinstance(sent, Taken) and sent.reference is not None
    look = await paypal.look(sent.reference)
    assert [line.key for line in look.lines] == [f"payout-{number}" for number in range(2_300)]


async def test_the_check_says_what_is_wrong(standin: StandIn) -> None:
    assert await working(standin.address, "client", "secret") is None
    assert "PAYPAL_SECRET" in (await working(standin.address, "client", "Secret") or "")
    assert "no PayPal answers" in (await working("http://127.0.0.1:9", "client", "secret") or "")
    wrong = PayPal(standin.address, "client", "Secret")
    await wrong.open()
    assert await wrong.send(batch("ana@example.org")) == Later("credentials")
    with pytest.raises(WrongCredentials):
        await wrong.look("NOBODY")
    await wrong.close()
