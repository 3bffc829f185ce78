"""What lifts a day to the floor, and to which batch it falls."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.pay import HOUR
from domain.rules import Rules, instant
from domain.topups import Part, due_at, lift

FLOOR = 15_000_000
CENT = 10_000
parts = st.lists(
    st.tuples(st.sampled_from([0, FLOOR, 20_000_000]), st.integers(0, 20 * HOUR), st.integers(0, 10**9)), max_size=6
).map(lambda rows: [Part(number, *row) for number, row in enumerate(rows, 1)])


def test_a_day_under_the_floor_is_lifted_to_it() -> None:
    assert lift([Part(1, FLOOR, HOUR, 11_200_000)]) == {1: 3_800_000}


def test_a_day_at_the_floor_needs_nothing() -> None:
    assert lift([Part(1, FLOOR, HOUR, 15_000_000)]) == {}
    assert lift([]) == {}


def test_what_a_good_batch_pays_above_the_floor_counts_for_a_poor_one() -> None:
    assert lift([Part(1, FLOOR, HOUR, 10_000_000), Part(2, FLOOR, HOUR, 19_000_000)]) == {1: 1_000_000}


def test_the_batches_that_fell_short_share_in_proportion_and_to_the_last_unit() -> None:
    shared = lift([Part(1, FLOOR, HOUR, 14_000_000), Part(2, FLOOR, HOUR, 13_000_000), Part(3, FLOOR, 7, 0)])
    assert shared == {1: 1_000_000, 2: 2_000_000, 3: 1}
    assert lift([Part(1, FLOOR, HOUR, 14_999_999), Part(2, FLOOR, HOUR, 14_999_999)]) == {1: 1, 2: 1}


def test_batches_with_their_own_floors_are_lifted_to_these() -> None:
    assert lift([Part(1, FLOOR, HOUR, 15_000_000), Part(2, 20_000_000, HOUR, 15_000_000)]) == {2: 5_000_000}


@given(parts, st.sampled_from([1, CENT, 1_000_000]))
def test_the_day_ends_at_the_floor_and_less_than_a_coin_above(day: list[Part], coin: int) -> None:
    added = lift(day, coin=coin)
    due = -(-sum(part.floor * part.active_micros for part in day) // HOUR)
    earned = sum(part.earned for part in day)
    assert earned + sum(added.values()) >= due
    if added:
        assert earned + sum(added.values()) < due + coin
    else:
        assert earned >= due


@given(parts, st.sampled_from([1, CENT]))
def test_only_batches_that_fell_short_pay_and_in_whole_coins(day: list[Part], coin: int) -> None:
    added = lift(day, coin=coin)
    assert set(added) <= {part.batch_id for part in day if part.short > 0}
    assert all(amount > 0 and amount % coin == 0 for amount in added.values())


def test_a_day_is_settled_the_next_morning_by_the_clock_of_the_house_also_when_clocks_change() -> None:
    berlin = Rules(timezone="Europe/Berlin")
    for day, wanted in (
        ((2026, 3, 28), (2026, 3, 29)),  # the night that has 23 hours
        ((2026, 10, 24), (2026, 10, 25)),  # and the one that has 25
        ((2026, 12, 31), (2027, 1, 1)),
    ):
        noon = instant(datetime(*day, 12, tzinfo=ZoneInfo("Europe/Berlin")))
        assert due_at(berlin, berlin.day(noon)) == instant(datetime(*wanted, 6, tzinfo=ZoneInfo("Europe/Berlin")))
