"""The floor: whose it is, what meets it, and what may be written about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.brief import Brief, read_brief
from domain.floors import (
    PILOT_TASKS,
    PILOT_WORKERS,
    RECENT,
    Measure,
    floor_of,
    gate,
    house_floor,
    median_of,
    pilot_measure,
    pilot_offers,
    price_meeting,
    share_of_pilot,
    unfit,
)
from domain.money import MINOR_DIGITS, minor_digits
from domain.pay import per_hour
from domain.quiet import waking
from domain.rules import HOUR, SECOND, Rules
from tests.domain.test_offers import FRESH

RULES = Rules(region_floors={"MX": 6_000_000, "FR": 20_000_000})


@given(
    st.integers(1, 10**9),
    st.integers(1, 7_200 * SECOND),
    st.sampled_from(sorted(MINOR_DIGITS)),
)
def test_the_price_that_would_do_meets_the_floor_and_is_the_smallest_tidy_one(
    floor: int, micros: int, currency: str
) -> None:
    price = price_meeting(floor, micros, currency)
    step = max(1, 10 ** (6 - minor_digits(currency)) // 10)
    assert price % step == 0
    assert (per_hour(price, micros) or 0) >= floor
    assert price == step or (per_hour(price - step, micros) or 0) < floor


@given(st.integers(1, 10**7), st.integers(1, 600 * SECOND), st.integers(0, 10**8))
def test_the_gate_is_open_exactly_when_the_floor_is_met_or_there_is_none(price: int, micros: int, floor: int) -> None:
    found = gate(FRESH._replace(price=price, floor=floor), Measure(micros, "pilot"), Rules())
    assert found.is_open == (price * HOUR // micros >= floor)
    assert (found.would_do is None) == (found.is_open or floor == 0)
    assert found.missing == max(0, floor - price * HOUR // micros)


def test_unmeasured_work_needs_a_pilot_only_where_there_is_a_floor() -> None:
    assert gate(FRESH, None, Rules()).needs_pilot
    assert not gate(FRESH, None, Rules()).is_open
    assert gate(FRESH, None, Rules(floor=0)).is_open


def test_a_batchs_own_floor_goes_before_its_regions_and_that_before_the_installations() -> None:
    assert floor_of(FRESH, RULES) == 15_000_000
    assert floor_of(FRESH._replace(region="MX"), RULES) == 6_000_000
    assert floor_of(FRESH._replace(region="MX", floor=9_000_000), RULES) == 9_000_000
    assert house_floor("DE", RULES) == 15_000_000


def test_a_floor_below_the_one_that_holds_and_an_unknown_region_are_left_out_with_a_sentence() -> None:
    brief, problems = unfit(Brief(floor=10_000_000), RULES)
    assert brief.floor is None
    assert [one.english() for one in problems] == [
        "The floor is 15.00 an hour here; a batch can only have a higher one. Write: floor 15.00"
    ]
    assert unfit(Brief(floor=10_000_000, region="MX"), RULES) == (Brief(floor=10_000_000, region="MX"), ())
    assert "FR, MX" in unfit(Brief(region="DE"), RULES)[1][0].english()
    assert "one floor for every region" in unfit(Brief(region="FR"), Rules())[1][0].english()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("floor 20", (20_000_000, None)),
        ("Floor: 20/h", (20_000_000, None)),
        ("floor = $22.50 an hour", (22_500_000, None)),
        ("region fr", (None, "FR")),
        ("Floor or wall?", (None, None)),
    ],
)
def test_the_lines_of_a_brief(line: str, found: tuple[int | None, str | None]) -> None:
    brief = read_brief(f"What is it?\n- A\n- B\n{line}\nprice 0.05", currency="USD", partial=True)
    assert (brief.floor, brief.region) == found


@pytest.mark.parametrize("line", ["floor", "floor high", "floor 0", "floor -3", "region France", "region 12"])
def test_bad_lines_say_what_to_write(line: str) -> None:
    brief = read_brief(f"What is it?\n- A\n- B\n{line}\nprice 0.05", currency="USD", partial=True)
    assert len(brief.problems) == 1 and (brief.floor, brief.region) == (None, None)


def test_a_pilot_tells_from_eight_of_its_ten_answers_on() -> None:
    begun = FRESH._replace(pilot_tasks=10, overlap=1, median_micros=9 * SECOND)
    assert pilot_measure(begun._replace(measured=7)) is None
    assert pilot_measure(begun._replace(measured=8)) == Measure(9 * SECOND, "pilot")
    assert pilot_measure(begun._replace(measured=80, pilot_tasks=None)) is None


@given(st.integers(1, PILOT_TASKS), st.integers(1, 100))
def test_the_shares_of_three_cover_every_place_they_can(tasks: int, overlap: int) -> None:
    share = share_of_pilot(tasks, overlap)
    assert 1 <= share <= tasks
    assert share == tasks or share * PILOT_WORKERS >= tasks * overlap


def test_so_many_are_asked_as_are_missing_and_one_more_when_all_have_left() -> None:
    pilot = FRESH._replace(tasks=10, overlap=1, wanted=10, piloting=True)
    assert pilot_offers(pilot, leased=0, working=0) == 3
    assert pilot_offers(pilot._replace(opened=2), leased=2, working=2) == 1
    assert pilot_offers(pilot._replace(opened=3), leased=1, working=1) == 0
    assert pilot_offers(pilot._replace(opened=3, submissions=8), leased=0, working=0) == 1
    assert pilot_offers(pilot._replace(opened=3, submissions=8), leased=2, working=0) == 0


@given(st.lists(st.integers(0, 10**9), max_size=60))
def test_the_median_of_a_kind_needs_thirty_answers(times: list[int]) -> None:
    found = median_of(times)
    if len(times) < RECENT:
        assert found is None
    else:
        assert found is not None
        assert sum(one <= found for one in times) * 2 >= len(times)
        assert sum(one >= found for one in times) * 2 >= len(times) - 1


@given(st.integers(0, 10**15), st.integers(0, 96), st.integers(-12 * 60, 14 * 60))
def test_thirteen_hours_of_each_day_are_waking(begin: int, hours: int, offset: int) -> None:
    awake = waking(begin, begin + hours * HOUR, lambda _: offset)
    assert 0 <= awake <= hours * HOUR
    whole, rest = divmod(hours, 24)
    assert whole * 13 * HOUR <= awake <= (whole * 13 + min(rest, 13)) * HOUR
