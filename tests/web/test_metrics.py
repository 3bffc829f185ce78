"""/metrics: the numbers are those of the rows and of what happened, each is explained, and none is about a person."""

from __future__ import annotations

import asyncio
import re
import threading

import pytest

from domain.rules import SECOND
from storage.database import Tx
from tests.e2e.conftest import TOKEN, House
from tests.test_docs import page, rows, section, spans
from tests.web.conftest import Caller, start_of
from web import readings

NAME = "Zebulonia"


async def test_what_happened_is_counted(house: House, caller: Caller) -> None:
    await house.phones.post("faults", faults=[{"kind": "429", "method": "sendMessage", "count": 1, "retry_after": 1}])
    olivia = await house.owner(funds="20")
    await olivia.say("nobody asked")
    await house.settled()
    found = await caller.metrics()
    assert found["tallyhand_updates_handled_total done"] == 3
    assert found["tallyhand_update_seconds_count"] == 3
    assert found["tallyhand_sends_total interactive asked_to_wait"] == 1
    assert found["tallyhand_bot_api_429_total"] == 1
    assert found["tallyhand_sends_total interactive sent"] >= 3
    sends = sum(value for name, value in found.items() if name.startswith("tallyhand_sends_total"))
    assert sum(value for name, value in found.items() if name.startswith("tallyhand_send_seconds_count")) == sends
    assert found["tallyhand_bot_api_calls_total sendMessage ok"] >= 3
    assert found["tallyhand_group_size_sum"] >= found["tallyhand_group_size_count"] > 0
    assert found["tallyhand_group_seconds_sum"] >= found["tallyhand_commit_seconds_sum"] > 0
    assert found["tallyhand_webhook_requests_total 200"] == 3
    assert found["tallyhand_tick_finished_timestamp_seconds payouts"] > house.clock() / SECOND - 60
    assert found["tallyhand_tick_failures_total payouts"] == 0
    assert found["tallyhand_database_bytes main"] + found["tallyhand_database_bytes wal"] > 10_000
    assert found["tallyhand_disk_free_bytes"] > 0
    assert found["process_resident_memory_bytes"] > 10_000_000
    assert (found["tallyhand_pace_per_second"], found["tallyhand_pace_paused_seconds"]) == (0, 0)


async def test_what_waits_is_counted_by_lane_and_what_is_for_later_is_not_due(
    house: House, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "FRESH_SECONDS", 0.0)
    await house.owner()
    await house.settled()
    person = await house.read(lambda tx: tx.value("select id from people"))

    def queue(tx: Tx) -> None:  # beside the sender, which knows of none of these
        for lane, due in ((0, -7), (1, 3600), (2, -30), (2, -20)):
            tx.run(
                "insert into outbox (person_id, lane, key, params, not_before, created_at)"
                " values (:person, :lane, 'said', '{}', :due, 1)",
                person=person,
                lane=lane,
                due=house.clock() + due * SECOND,
            )

    await house.app.db.write(queue)
    found = await caller.metrics()
    lanes = ("interactive", "notice", "broadcast")
    assert [found[f"tallyhand_outbox_waiting {lane}"] for lane in lanes] == [1, 1, 2]
    assert [found[f"tallyhand_outbox_due {lane}"] for lane in lanes] == [1, 0, 2]
    ages = [found[f"tallyhand_outbox_oldest_seconds {lane}"] for lane in lanes]
    assert 7 <= ages[0] < 12
    assert ages[1] == 0
    assert 30 <= ages[2] < 35
    await house.app.db.write(lambda tx: tx.run("delete from outbox where created_at = 1"))

    assert found["tallyhand_inbox_waiting"] == 0
    await house.app.db.write(_keep, house.clock() - 9 * SECOND)
    found = await caller.metrics()
    assert found["tallyhand_inbox_waiting"] == 1
    assert 9 <= found["tallyhand_inbox_oldest_seconds"] < 14


def _keep(tx: Tx, at: int) -> None:
    tx.run("insert into inbox (bot, update_id, received_at) values (7, 1, :at)", at=at)


async def test_books_that_do_not_balance_are_seen_within_a_minute(
    house: House, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "FRESH_SECONDS", 0.0)
    olivia = await house.owner()
    await olivia.document("one.csv", b"text\nA", "Good?\n- Yes\n- No\nprice 2")
    await olivia.tap("Publish", on=await olivia.sees_button("Publish"))
    await house.settled()
    found = await caller.metrics()
    assert (found["tallyhand_ledger_imbalance USD"], found["tallyhand_ledger_shortfall USD"]) == (0, 0)

    await house.app.db.write(lambda tx: tx.run("update batches set leased = leased + 3 where state = 'open'"))
    assert (await caller.metrics())["tallyhand_ledger_shortfall USD"] == 0, "the sums are taken once a minute"
    await house.app.db.write(_lose, 5)
    monkeypatch.setattr(readings, "BOOKS_SECONDS", 0.0)
    found = await caller.metrics()
    assert (found["tallyhand_ledger_imbalance USD"], found["tallyhand_ledger_shortfall USD"]) == (-5, 4_000_000)


def _lose(tx: Tx, micros: int) -> None:
    """What no path of ours does: an account with less in it and no other with more."""
    table = tx.value("select name from sqlite_schema where type = 'table' and name in ('accounts', 'balances')")
    largest = f"select id from {table} order by balance desc limit 1"
    tx.run(f"update {table} set balance = balance - :micros where id = ({largest})", micros=micros)


async def test_a_database_that_does_not_answer_is_shown_and_the_rest_is_there(
    house: House, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(readings, "PATIENCE_SECONDS", 0.1)
    release = threading.Event()
    stuck = [asyncio.create_task(house.read(lambda _: release.wait(20))) for _ in range(2)]  # both readers
    await asyncio.sleep(0.05)
    found = await caller.metrics()
    assert found["tallyhand_database_answers"] == 0
    assert "tallyhand_inbox_waiting" not in found
    assert found["process_resident_memory_bytes"] > 0
    release.set()
    await asyncio.gather(*stuck)
    assert (await caller.metrics())["tallyhand_database_answers"] == 1


async def test_who_asks_while_the_database_does_not_answer_waits_once(
    house: House, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "FRESH_SECONDS", 60.0)
    monkeypatch.setattr(readings, "PATIENCE_SECONDS", 0.1)
    release, told = threading.Event(), []
    monkeypatch.setattr(readings.log, "warning", lambda event, **_: told.append(event))
    stuck = [asyncio.create_task(house.read(lambda _: release.wait(20))) for _ in range(2)]  # both readers
    await asyncio.sleep(0.05)
    pages = await asyncio.gather(*(caller.metrics() for _ in range(5)))
    release.set()
    await asyncio.gather(*stuck)
    assert {page["tallyhand_database_answers"] for page in pages} == {0}
    assert told == ["metrics_not_read"]


async def test_nothing_is_said_about_a_person(house: House, caller: Caller) -> None:
    somebody = await house.phones.person(NAME, username="zebulonia99")
    await somebody.start()
    await somebody.sees(NAME)
    await somebody.say("xylophonic words of mine")
    await house.settled()
    await caller.post(start_of(somebody.id, 5), secret="a-wrong-secret")
    _, text = await caller.get("/metrics")
    secret = house.settings.webhook_token
    for told in (NAME, "zebulonia", str(somebody.id), "xylophonic", TOKEN, TOKEN.partition(":")[2], secret, "a-wrong"):
        assert told not in text


async def test_every_metric_is_explained_and_every_one_explained_is_there(house: House, caller: Caller) -> None:
    _, text = await caller.get("/metrics")
    shown = set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))
    text = section(page("docs/operations.md"), "Health and metrics")
    explained = {span for cells in rows(text) for span in spans(cells[0])}
    ours = {name for name in shown if name.startswith("tallyhand_")}
    assert ours == {name for name in explained if name.startswith("tallyhand_")}
    assert explained <= shown
