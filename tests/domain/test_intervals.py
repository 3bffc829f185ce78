"""What a share found in a sample says about the whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.intervals import wilson


def test_it_is_the_interval_of_the_books() -> None:
    """Newcombe (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_of_nothing_nothing_is_known() -> None:
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="part of the whole"):
        wilson(3, 2)


@given(st.integers(0, 2_000), st.integers(1, 2_000))
def test_it_holds_the_share_and_narrows_with_more_answers(right: int, whole: int) -> None:
    right = min(right, whole)
    found, more = wilson(right, whole), wilson(right * 4, whole * 4)
    assert found is not None and more is not None
    assert 0 <= found[0] <= right / whole <= found[1] <= 1
    assert more[1] - more[0] < found[1] - found[0]
