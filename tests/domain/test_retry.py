"""The retry policy, over every HTTP status and every bound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.retry import RetryDecision, RetryPolicy, RetryReason, TransportFailure

POLICY = RetryPolicy()
WORTH_ANOTHER_TRY = {
    408: RetryReason.TROUBLE,
    429: RetryReason.SLOW_DOWN,
    500: RetryReason.TROUBLE,
    502: RetryReason.TROUBLE,
    503: RetryReason.TROUBLE,
    504: RetryReason.TROUBLE,
    520: RetryReason.TROUBLE,
    521: RetryReason.TROUBLE,
    522: RetryReason.TROUBLE,
    523: RetryReason.TROUBLE,
    524: RetryReason.TROUBLE,
    529: RetryReason.TROUBLE,
}


def decide(
    failure: int | TransportFailure,
    *,
    attempt: int = 1,
    elapsed_seconds: float = 0.0,
    retry_after_seconds: float | None = None,
    draw: float = 0.5,
) -> RetryDecision | None:
    return POLICY.decide(
        failure,
        attempt=attempt,
        elapsed_seconds=elapsed_seconds,
        retry_after_seconds=retry_after_seconds,
        draw=draw,
    )


@pytest.mark.parametrize("status", range(100, 600))
def test_every_status_is_either_worth_another_try_or_not(status: int) -> None:
    decision = decide(status)
    reason = None if decision is None else decision.reason
    assert reason == WORTH_ANOTHER_TRY.get(status)


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (TransportFailure.NO_CONNECTION, RetryReason.NO_CONNECTION),
        (TransportFailure.BROKEN_OFF, RetryReason.BROKEN_OFF),
    ],
)
def test_a_lost_connection_is_worth_another_try(
    failure: TransportFailure, reason: RetryReason
) -> None:
    assert decide(failure) == RetryDecision(delay_seconds=0.25, reason=reason)


def test_there_are_three_tries_at_most() -> None:
    assert decide(503, attempt=1)
    assert decide(503, attempt=2)
    assert decide(503, attempt=3) is None


@pytest.mark.parametrize(("attempt", "longest"), [(1, 0.5), (2, 1.0)])
def test_pauses_are_drawn_from_nothing_to_a_bound_that_doubles(
    attempt: int, longest: float
) -> None:
    shortest = decide(503, attempt=attempt, draw=0.0)
    middle = decide(503, attempt=attempt, draw=0.5)
    assert shortest
    assert middle
    assert (shortest.delay_seconds, middle.delay_seconds) == (0.0, longest / 2)


def test_our_own_pause_is_capped() -> None:
    patient = RetryPolicy(attempts=20, total_seconds=1000)
    decision = patient.decide(
        503, attempt=12, elapsed_seconds=0, retry_after_seconds=None, draw=0.999
    )
    assert decision
    assert 4.9 < decision.delay_seconds < patient.cap_seconds


@pytest.mark.parametrize("status", [429, 503])
def test_we_never_come_back_sooner_than_asked(status: int) -> None:
    decision = decide(status, retry_after_seconds=7.0, draw=0.0)
    assert decision
    assert decision.delay_seconds == 7.0


def test_many_who_were_told_the_same_time_come_back_spread_out() -> None:
    early, late = (decide(429, retry_after_seconds=7.0, draw=draw) for draw in (0.0, 0.9))
    assert early
    assert late
    assert early.delay_seconds < late.delay_seconds


@pytest.mark.parametrize(
    ("elapsed", "retry_after"), [(0.0, 20.0), (0.0, 86_400.0), (19.9, None), (15.0, 5.0)]
)
def test_no_try_begins_after_the_deadline(elapsed: float, retry_after: float | None) -> None:
    assert decide(429, elapsed_seconds=elapsed, retry_after_seconds=retry_after) is None


@given(
    status=st.sampled_from(sorted(WORTH_ANOTHER_TRY)),
    attempt=st.integers(1, 10),
    elapsed=st.floats(0, 100),
    retry_after=st.none() | st.floats(-10, 1e9),
    draw=st.floats(0, 1, exclude_max=True),
)
def test_every_pause_keeps_the_bounds(
    status: int, attempt: int, elapsed: float, retry_after: float | None, draw: float
) -> None:
    decision = decide(
        status,
        attempt=attempt,
        elapsed_seconds=elapsed,
        retry_after_seconds=retry_after,
        draw=draw,
    )
    if decision is not None:
        assert attempt < POLICY.attempts
        assert decision.delay_seconds >= max(retry_after or 0, 0)
        assert elapsed + decision.delay_seconds < POLICY.total_seconds
