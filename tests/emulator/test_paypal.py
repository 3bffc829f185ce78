"""PayPal's stand-in: what it refuses, what it says of a batch as time goes by, what it remembers after a kill."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from emulator.paypal.server import PayPal

BASIC = "Basic " + base64.b64encode(b"client:secret").decode()
DAYS = 86_400


class Caller:
    """Whoever pays, over real HTTP."""

    def __init__(self, paypal: PayPal, http: aiohttp.ClientSession) -> None:
        self.paypal, self.http = paypal, http
        self.token = ""

    async def sign_in(self, basic: str = BASIC) -> tuple[int, dict[str, Any]]:
        """Ask for a token and keep it."""
        form = {"grant_type": "client_credentials"}
        async with self.http.post("/v1/oauth2/token", data=form, headers={"Authorization": basic}) as response:
            found = await response.json()
            self.token = found.get("access_token", "")
            return response.status, found

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """One call with the token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(method, path, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def pay(self, *items: dict[str, Any], key: str = "key-1") -> tuple[int, dict[str, Any]]:
        """POST a batch."""
        header = {"sender_batch_id": key, "recipient_type": "EMAIL"}
        return await self.call("POST", "/v1/payments/payouts", {"sender_batch_header": header, "items": list(items)})

    async def states(self, batch: str) -> tuple[str, list[str]]:
        """The batch's state and its items'."""
        _, found = await self.call("GET", f"/v1/payments/payouts/{batch}")
        return found["batch_header"]["batch_status"], [item["transaction_status"] for item in found["items"]]


def item(number: int = 1, receiver: str = "ana@example.org", value: Any = "1.50", currency: str = "USD") -> Any:
    return {
        "receiver": receiver,
        "amount": {"currency": currency, "value": value},
        "sender_item_id": f"payout-{number}",
    }


@pytest.fixture
async def caller(tmp_path: Path) -> AsyncIterator[Caller]:
    async with (
        PayPal(state=tmp_path / "state.jsonl", settle=10, lag=0, token_seconds=900) as paypal,
        aiohttp.ClientSession(paypal.address) as http,
    ):
        made = Caller(paypal, http)
        await made.sign_in()
        yield made


async def test_only_who_knows_the_secret_gets_a_token_and_only_a_token_pays_until_it_ends(caller: Caller) -> None:
    assert (await caller.sign_in("Basic d3Jvbmc6d3Jvbmc="))[0] == 401
    assert (await caller.pay(item()))[0] == 401
    await caller.sign_in()
    caller.paypal.book.advance(901)
    status, found = await caller.pay(item())
    assert (status, found["error"]) == (401, "invalid_token")
    assert caller.paypal.book.batches == {}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (item(receiver="ana"), "items[0].receiver"),
        (item(value=1.5), "items[0].amount.value"),
        (item(value="1.505"), "items[0].amount.value"),
        (item(value="0.00"), "items[0].amount.value"),
        (item(value="1.50", currency="JPY"), "items[0].amount.value"),
        (item(value="1.50", currency="HUF"), "items[0].amount.value"),
        (item(currency="KWD"), "items[0].amount.currency"),
        (item(value="20000.01"), "items[0].amount.value"),
        (item() | {"amout": 1}, "items[0].amout"),
        (item() | {"sender_item_id": "x" * 64}, "items[0].sender_item_id"),
    ],
)
async def test_one_wrong_item_refuses_the_batch_and_pays_nobody(caller: Caller, wrong: Any, field: str) -> None:
    status, found = await caller.pay(wrong, item(2, currency=wrong["amount"]["currency"], value="1"))
    assert (status, found["name"]) == (400, "VALIDATION_ERROR")
    assert found["details"][0]["field"] == field
    assert caller.paypal.book.batches == {}


async def test_a_batch_has_one_currency_and_at_most_15000_items(caller: Caller) -> None:
    status, found = await caller.pay(item(), item(2, currency="EUR"))
    assert (status, found["details"][0]["issue"]) == (400, "Multiple currencies within a batch is not allowed")
    status, found = await caller.pay(*(item(number) for number in range(15_001)))
    assert (status, found["details"][0]["field"]) == (400, "items")


async def test_a_key_is_refused_for_thirty_days_with_the_way_to_its_batch_and_then_pays_again(caller: Caller) -> None:
    _, first = await caller.pay(item())
    batch = first["batch_header"]["payout_batch_id"]
    caller.paypal.book.advance(29 * DAYS)
    await caller.sign_in()
    status, found = await caller.pay(item())
    (detail,) = found["details"]
    assert (status, found["name"], detail["field"]) == (400, "USER_BUSINESS_ERROR", "SENDER_BATCH_ID")
    assert detail["link"][0]["href"].endswith(f"/v1/payments/payouts/{batch}")
    caller.paypal.book.advance(2 * DAYS)
    await caller.sign_in()
    assert (await caller.pay(item()))[0] == 201
    caller.paypal.book.advance(60)
    assert caller.paypal.book.summary(caller.paypal.now())["paid_twice_or_more"] == 1


async def test_a_batch_is_done_before_its_items_are(caller: Caller) -> None:
    caller.paypal.book.lag = 100
    _, made = await caller.pay(*(item(number) for number in range(50)))
    batch = made["batch_header"]["payout_batch_id"]
    assert await caller.states(batch) == ("PENDING", ["PENDING"] * 50)
    caller.paypal.book.advance(10)
    status, items = await caller.states(batch)
    assert status == "SUCCESS" and "PENDING" in items
    caller.paypal.book.advance(100)
    assert await caller.states(batch) == ("SUCCESS", ["SUCCESS"] * 50)


@pytest.mark.parametrize(
    ("name", "soon", "later"),
    [
        ("ana", "SUCCESS", "SUCCESS"),
        ("unclaimed.ana", "UNCLAIMED", "RETURNED"),
        ("claimed+ana", "UNCLAIMED", "SUCCESS"),
        ("blocked", "BLOCKED", "BLOCKED"),
        ("onhold.ana", "ONHOLD", "ONHOLD"),
        ("refunded", "SUCCESS", "REFUNDED"),
        ("reversed", "SUCCESS", "REVERSED"),
        ("locked", "FAILED", "FAILED"),
    ],
)
async def test_an_address_names_its_fate(caller: Caller, name: str, soon: str, later: str) -> None:
    _, made = await caller.pay(item(receiver=f"{name}@example.org"), item(2))
    batch = made["batch_header"]["payout_batch_id"]
    caller.paypal.book.advance(11)
    assert (await caller.states(batch))[1] == [soon, "SUCCESS"]
    caller.paypal.book.advance(30 * DAYS)
    await caller.sign_in()
    assert (await caller.states(batch))[1] == [later, "SUCCESS"]


async def test_a_batch_of_which_nothing_can_be_paid_is_denied(caller: Caller) -> None:
    _, made = await caller.pay(item(receiver="failed@example.org"))
    caller.paypal.book.advance(11)
    assert await caller.states(made["batch_header"]["payout_batch_id"]) == ("DENIED", ["FAILED"])


async def test_only_what_is_unclaimed_can_be_cancelled_and_once(caller: Caller) -> None:
    _, made = await caller.pay(item(receiver="unclaimed@example.org"), item(2))
    caller.paypal.book.advance(11)
    _, found = await caller.call("GET", made["links"][0]["href"].removeprefix(caller.paypal.address))
    one, two = (shown["payout_item_id"] for shown in found["items"])
    assert found["items"][0]["errors"]["name"] == "RECEIVER_UNREGISTERED"
    status, shown = await caller.call("POST", f"/v1/payments/payouts-item/{one}/cancel")
    assert (status, shown["transaction_status"]) == (200, "RETURNED")
    for number, name in ((one, "ITEM_ALREADY_CANCELLED"), (two, "ITEM_INCORRECT_STATUS")):
        status, refused = await caller.call("POST", f"/v1/payments/payouts-item/{number}/cancel")
        assert (status, refused["name"]) == (400, name)


async def test_items_come_in_pages(caller: Caller) -> None:
    _, made = await caller.pay(*(item(number) for number in range(7)))
    path = f"/v1/payments/payouts/{made['batch_header']['payout_batch_id']}"
    pages = [(await caller.call("GET", f"{path}?page={page}&page_size=3"))[1] for page in (1, 2, 3)]
    assert [len(page["items"]) for page in pages] == [3, 3, 1]
    assert {page["total_pages"] for page in pages} == {3}
    assert (await caller.call("GET", f"{path}?page_size=1001"))[0] == 400
    assert (await caller.call("GET", "/v1/payments/payouts/NOBODY"))[0] == 404


async def test_no_money_is_no_payment(caller: Caller) -> None:
    async with caller.http.post("/control/account", json={"balance": "2.00"}) as response:
        assert response.status == 200
    assert (await caller.pay(item(), item(2)))[1]["name"] == "INSUFFICIENT_FUNDS"
    assert (await caller.pay(item()))[0] == 201


@pytest.mark.parametrize("kind", ["error_after", "cut_after", "timeout_after"])
async def test_a_fault_after_the_payment_leaves_it_paid_and_one_before_it_unpaid(caller: Caller, kind: str) -> None:
    faults = caller.paypal.faults
    faults.replace(
        {"create": {kind.replace("after", "before").replace("timeout", "cut"): 1}, "seconds": {"hang": 0.01}}
    )
    with pytest.raises((aiohttp.ClientError, AssertionError)):
        assert (await caller.pay(item()))[0] == 201
    assert caller.paypal.book.batches == {}
    faults.replace({"create": {kind: 1}, "seconds": {"hang": 0.01}})
    with pytest.raises((aiohttp.ClientError, AssertionError)):
        assert (await caller.pay(item()))[0] == 201
    assert len(caller.paypal.book.batches) == 1
    faults.replace({})
    assert (await caller.pay(item()))[1]["name"] == "USER_BUSINESS_ERROR"


async def test_what_was_taken_is_known_after_a_kill_half_a_line_is_not(caller: Caller, tmp_path: Path) -> None:
    await caller.pay(item())
    caller.paypal.book.advance(100)
    await caller.pay(item(2), key="key-2")
    copy = tmp_path / "copy.jsonl"
    content = (tmp_path / "state.jsonl").read_bytes()
    copy.write_bytes(content[:-20])
    async with PayPal(state=copy) as again, aiohttp.ClientSession(again.address) as http:
        other = Caller(again, http)
        other.token = caller.token
        assert (await other.pay(item()))[1]["name"] == "USER_BUSINESS_ERROR"
        assert (await other.pay(item(2), key="key-2"))[0] == 201
        assert set(again.book.truth(again.now())) == {"payout-1", "payout-2"}
