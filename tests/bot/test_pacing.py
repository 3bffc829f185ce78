"""Telegram's limits as lanes: simulated sends on a clock of their own; the local server's limiter is the judge."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pacing import Limits, Pace
from domain.notices import Lane
from emulator.limits import Limiter

RATE = Limits().all_per_second


@dataclass(frozen=True)
class Want:
    """Something to be sent to a chat, from `at` seconds on."""

    at: float
    chat: int
    lane: Lane


@dataclass(frozen=True)
class Went:
    """A send: when it left, when it arrived."""

    left: float
    arrived: float
    want: Want


def simulate(
    pace: Pace, wants: list[Want], late: list[float], travel: list[float], stall: tuple[float, float] = (0.0, 0.0)
) -> list[Went]:
    """Send as the sender does: by lane, one in flight a chat, timers `late` by so much, each message `travel`ling.

    What would arrive during the `stall` arrives at its end.
    """
    waiting = sorted(wants, key=lambda want: (want.lane, want.at))
    went: list[Went] = []
    on_way: list[tuple[float, float]] = []
    busy: dict[int, float] = {}
    lates, travels = itertools.cycle(late), itertools.cycle(travel)
    now = 0.0

    def ready(want: Want) -> float:
        return max(want.at, busy.get(want.chat, 0.0), pace.ready_at(want.chat, want.lane, now))

    while waiting:
        now = max(now, min(ready(want) for want in waiting)) + next(lates)
        while on_way and on_way[0][0] <= now:
            arrived, left_at = heapq.heappop(on_way)
            pace.arrived(arrived - left_at)
        left = []
        for want in waiting:
            if ready(want) > now:
                left.append(want)
                continue
            pace.took(want.chat, want.lane, now)
            pace.left()
            busy[want.chat] = now + next(travels)
            if stall[0] <= busy[want.chat] < stall[1]:
                busy[want.chat] = stall[1]
            heapq.heappush(on_way, (busy[want.chat], now))
            went.append(Went(now, busy[want.chat], want))
        waiting = left
    return went


def run(pace: Pace, wants: list[tuple[int, int]], seconds: float, step: float = 0.005) -> list[tuple[float, int, int]]:
    """Offer every wanted (chat, lane) again and again for so long; what was allowed, as (when, chat, lane)."""
    sent, now, left = [], 0.0, list(wants)
    while now < seconds and left:
        rest = []
        for chat, lane in left:
            if pace.ready_at(chat, lane, now) <= now:
                pace.took(chat, lane, now)
                sent.append((now, chat, lane))
            else:
                rest.append((chat, lane))
        left, now = rest, now + step
    return sent


def test_a_broadcast_runs_a_little_under_thirty_a_second() -> None:
    went = simulate(Pace(Limits()), [Want(0, chat, Lane.BROADCAST) for chat in range(450)], [0.0], [0.0])
    assert len([one for one in went if 5.0 < one.left <= 15.0]) in (296, 297, 298)


@pytest.mark.parametrize("late", [[0.0], [0.02], [0.001] * 150 + [0.19]], ids=["never", "always", "at times much"])
def test_a_broadcast_loses_next_to_nothing_to_timers_that_are_late(late: list[float]) -> None:
    went = simulate(Pace(Limits()), [Want(0, chat, Lane.BROADCAST) for chat in range(450)], late, [0.0])
    assert went[-1].left <= 1.01 * 450 / RATE + max(late)


def test_each_answer_costs_a_broadcast_one_place_and_goes_at_once() -> None:
    answers = [Want(2.0 + number / 7, 9000 + number, Lane.INTERACTIVE) for number in range(60)]
    went = simulate(Pace(Limits()), [Want(0, chat, Lane.BROADCAST) for chat in range(450)] + answers, [0.001], [0.0])
    assert max(one.left - one.want.at for one in went if one.want.lane is Lane.INTERACTIVE) <= 0.04
    assert max(one.left for one in went) <= 510 / RATE + 0.1


def test_what_was_not_sent_after_all_takes_no_place_of_others() -> None:
    pace = Pace(Limits())
    for number in range(10_000):
        assert pace.ready_at(number, Lane.BROADCAST, 5.0) <= 5.0
        pace.took(number, Lane.BROADCAST, 5.0)
        pace.gave_back(number)


def test_answers_alone_fill_no_memory() -> None:
    pace = Pace(Limits())
    for number in range(2_000):
        pace.took(number, Lane.INTERACTIVE, number / 10)
    assert len(pace._times) <= 11


def test_a_start_begins_without_a_burst() -> None:
    went = simulate(Pace(Limits()), [Want(0, chat, Lane.BROADCAST) for chat in range(60)], [0.0], [0.0])
    assert len([one for one in went if one.left < 0.5]) <= RATE / 2 + 1


def test_an_answer_does_not_wait_behind_a_broadcast() -> None:
    pace = Pace(Limits())
    run(pace, [(chat, Lane.BROADCAST) for chat in range(500)], 10.0)
    assert pace.ready_at(9999, Lane.INTERACTIVE, 10.0) <= 10.0


def test_a_chat_gets_a_short_burst_and_then_one_a_second() -> None:
    sent = run(Pace(Limits()), [(7, Lane.INTERACTIVE)] * 30, 10.0)
    assert len([when for when, _, _ in sent if when < 0.5]) == 4
    assert len(sent) in (13, 14)


def test_edits_have_a_pace_of_their_own_and_take_nothing_from_messages() -> None:
    pace, edited, now = Pace(Limits()), 0, 0.0
    while now < 10.0:
        if pace.ready_at(7, Lane.INTERACTIVE, now, edit=True) <= now:
            pace.took(7, Lane.INTERACTIVE, now, edit=True)
            edited += 1
        now += 0.01
    assert 40 <= edited <= 44
    assert pace.ready_at(7, Lane.INTERACTIVE, now) <= now


def test_a_429_pauses_its_chat_alone() -> None:
    pace = Pace(Limits())
    pace.refused(7, 5.0, 100.0)
    assert pace.ready_at(7, Lane.INTERACTIVE, 101.0) == 105.0
    assert pace.ready_at(7, Lane.INTERACTIVE, 101.0, edit=True) == 105.0
    assert pace.ready_at(8, Lane.BROADCAST, 101.0) <= 101.0


def test_429s_in_several_chats_within_a_second_pause_the_lane_but_not_answers() -> None:
    pace = Pace(Limits())
    pace.refused(7, 5.0, 100.0)
    pace.refused(8, 5.0, 100.5)
    assert pace.ready_at(9, Lane.BROADCAST, 101.0) == 105.5
    assert pace.ready_at(9, Lane.NOTICE, 101.0) == 105.5
    assert pace.ready_at(9, Lane.INTERACTIVE, 101.0) <= 101.0


def test_after_a_pause_of_the_lane_the_rate_begins_at_half() -> None:
    pace = Pace(Limits())
    pace.refused(7, 5.0, 0.0)
    pace.refused(8, 5.0, 0.0)
    went = simulate(pace, [Want(0, 100 + chat, Lane.BROADCAST) for chat in range(400)], [0.0], [0.0])
    assert went[0].left == 5.0
    assert len([one for one in went if one.left < 6.0]) <= RATE * 0.6
    assert len([one for one in went if 16.0 <= one.left < 17.0]) >= RATE - 1


def test_when_it_is_off_nothing_waits() -> None:
    assert len(run(Pace(Limits(enabled=False)), [(1, Lane.BROADCAST)] * 500, 0.01)) == 500


arrivals = st.lists(
    st.builds(Want, st.floats(0, 6), st.integers(1, 60), st.sampled_from(list(Lane))), min_size=1, max_size=150
)


@settings(deadline=None, max_examples=40)
@given(
    arrivals,
    st.lists(st.floats(0, 0.3), min_size=1, max_size=20),
    st.lists(st.floats(0.001, 0.4), min_size=1, max_size=20),
)
def test_the_server_refuses_nothing_whatever_comes_when(
    wants: list[Want], late: list[float], travel: list[float]
) -> None:
    limiter = Limiter()
    for one in sorted(simulate(Pace(Limits()), wants, late, travel), key=lambda one: one.arrived):
        limiter.count_send(1, one.want.chat, one.arrived)  # raises the 429


@settings(deadline=None, max_examples=12)
@given(st.floats(0.5, 5), st.floats(0.1, 5), st.floats(0.001, 0.3))
def test_what_a_stalled_server_gets_at_once_is_not_too_much(begin: float, length: float, travel: float) -> None:
    wants = [Want(0, chat, Lane.BROADCAST) for chat in range(150)]
    limiter = Limiter()
    went = simulate(Pace(Limits()), wants, [0.002], [travel], (begin, begin + length))
    for one in sorted(went, key=lambda one: one.arrived):
        limiter.count_send(1, one.want.chat, one.arrived)


@pytest.mark.parametrize("travel", [0.002, 0.15, 0.6, 1.5])
def test_a_far_away_server_gets_as_much(travel: float) -> None:
    went = simulate(Pace(Limits()), [Want(0, chat, Lane.BROADCAST) for chat in range(500)], [0.001], [travel])
    late = [one for one in went if one.left > 6.0]
    assert len(late) >= (late[-1].left - 6.0) * RATE * 0.99


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0, 0.5), min_size=1, max_size=20), st.floats(0, 3))
def test_a_broadcast_brings_no_second_above_the_limit(late: list[float], idle: float) -> None:
    wants = [Want(0, chat, Lane.BROADCAST) for chat in range(40)]
    wants += [Want(idle, chat, Lane.BROADCAST) for chat in range(40, 110)]
    times = [one.left for one in simulate(Pace(Limits()), wants, late, [0.0])]
    assert max(len([at for at in times if start <= at < start + 1]) for start in times) <= 30
