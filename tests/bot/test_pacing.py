"""Telegram's limits as lanes: simulated sends on a clock of their own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.pacing import Limits, Pace
from domain.notices import Lane

ALL, CHAT = 30, 1


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
    sent = run(Pace(Limits()), [(chat, Lane.BROADCAST) for chat in range(1000)], 20.0)
    late = [when for when, _, _ in sent if when > 5.0]
    assert 0.93 * 29 * 15 < len(late) <= 29 * 15 + 1


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


def test_when_it_is_off_nothing_waits() -> None:
    assert len(run(Pace(Limits(enabled=False)), [(1, Lane.BROADCAST)] * 500, 0.01)) == 500


@given(
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from([Lane.NOTICE, Lane.BROADCAST])), min_size=1, max_size=300),
)
def test_no_second_ever_has_more_than_telegram_allows(wants: list[tuple[int, int]]) -> None:
    sent = run(Pace(Limits()), wants, 12.0, step=0.02)
    for start, _, _ in sent:
        assert len([when for when, _, _ in sent if start <= when < start + 1]) <= 30 + 8
    for chat in {chat for _, chat, _ in sent}:
        times = [when for when, other, _ in sent if other == chat]
        for start in times:
            assert len([when for when in times if start <= when < start + 1]) <= 5
