"""Limits that need a clock: the pace of posts and the life of triggers."""

import pytest

from bot.sandbox.slack.state import POST_BURST, PostPace, Refusal, Triggers


def test_one_post_a_second_never_meets_the_limit() -> None:
    pace = PostPace()
    for second in range(100):
        pace.take("C1", at=float(second))


def test_a_burst_has_an_end_and_is_paid_back() -> None:
    pace = PostPace()
    for _ in range(POST_BURST):
        pace.take("C1", at=0.0)
    with pytest.raises(Refusal) as caught:
        pace.take("C1", at=0.0)
    assert (caught.value.status, caught.value.headers) == (429, {"Retry-After": "1"})
    pace.take("C2", at=0.0)
    pace.take("C1", at=1.0)
    with pytest.raises(Refusal):
        pace.take("C1", at=1.5)


def test_a_clock_that_jumps_back_costs_nothing() -> None:
    pace = PostPace()
    pace.take("C1", at=100.0)
    pace.take("C1", at=0.0)


def test_a_trigger_is_used_once_and_soon() -> None:
    triggers = Triggers()
    triggers.add("t", at=0.0)
    with pytest.raises(Refusal, match="expired_trigger_id"):
        triggers.exchange("t", at=3.5)
    triggers.exchange("t", at=3.0)
    with pytest.raises(Refusal, match="exchanged_trigger_id"):
        triggers.exchange("t", at=3.0)
    with pytest.raises(Refusal, match="invalid_arguments"):
        triggers.exchange("unknown", at=0.0)
