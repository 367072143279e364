"""How long the poller waits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.backoff import interval_seconds, pause_seconds
from bot.domain.errors import (
    BotError,
    StoreUnavailable,
    TogetherBusy,
    TogetherGarbled,
    TogetherRefused,
    TogetherRefusedKey,
    TogetherUnreachable,
)

draws = st.floats(0, 1, exclude_max=True)


@settings(max_examples=50)
@given(draw=draws)
def test_the_interval_strays_by_a_tenth_at_most(draw: float) -> None:
    assert 27 <= interval_seconds(30, draw=draw) <= 33


@pytest.mark.parametrize(
    "error",
    [
        TogetherUnreachable("no answer"),
        TogetherGarbled("no list"),
        TogetherRefused("no", status=400),
        TogetherBusy("slow down", retry_after_seconds=None),
        StoreUnavailable("gone"),
    ],
)
@pytest.mark.parametrize(
    ("failures", "most"), [(1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (10_000, 300)]
)
def test_pauses_have_full_jitter_below_a_limit_that_doubles(
    error: BotError, failures: int, most: float
) -> None:
    assert pause_seconds(error, failures=failures, draw=0.0) == 0
    assert pause_seconds(error, failures=failures, draw=0.5) == most / 2


@settings(max_examples=50)
@given(draw=draws, failures=st.integers(1, 50))
def test_a_refused_key_is_tried_every_five_minutes(draw: float, failures: int) -> None:
    error = TogetherRefusedKey("refused", status=401)
    assert 270 <= pause_seconds(error, failures=failures, draw=draw) <= 330


@settings(max_examples=50)
@given(draw=draws, failures=st.integers(1, 50))
def test_together_is_not_asked_sooner_than_it_wants(draw: float, failures: int) -> None:
    error = TogetherBusy("slow down", retry_after_seconds=600.0)
    assert pause_seconds(error, failures=failures, draw=draw) >= 600
