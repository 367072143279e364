"""Whom the poller asks for by id, how often, and for how long."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.domain.jobs import EvaluationJob
from bot.domain.seen import SeenJob
from bot.services.absentees import GIVE_UP_AFTER, LONGEST_WAIT, Absentees
from tests.fakes import NOON


def after(**span: float) -> datetime:
    return NOON + timedelta(**span)


def test_the_absent_are_asked_for_at_once_and_at_every_poll() -> None:
    absentees = Absentees()
    for poll in range(3):
        now = after(seconds=30 * poll)
        assert absentees.due(["eval-1"], now=now) == ["eval-1"]
        absentees.note("eval-1", in_vain=False, now=now)


def test_whoever_waits_longest_comes_first() -> None:
    absentees = Absentees()
    everyone = ["eval-1", "eval-2", "eval-3"]
    for poll, job_id in enumerate(["eval-2", "eval-1"]):
        absentees.due(everyone, now=after(seconds=poll))
        absentees.note(job_id, in_vain=False, now=after(seconds=poll))
    assert absentees.due(everyone, now=after(seconds=9)) == ["eval-3", "eval-2", "eval-1"]


def test_what_is_asked_for_in_vain_is_asked_for_less_and_less() -> None:
    absentees = Absentees()
    asked = []
    for minute in range(60 * 48):
        now = after(minutes=minute)
        if absentees.due(["eval-1"], now=now):
            absentees.note("eval-1", in_vain=True, now=now)
            asked.append(now)
    waits = [later - sooner for sooner, later in pairwise(asked)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=1)
    assert waits[-1] == LONGEST_WAIT


def test_an_answer_ends_the_waiting() -> None:
    absentees = Absentees()
    for hour in range(20):
        absentees.note("eval-1", in_vain=True, now=after(hours=hour))
    absentees.note("eval-1", in_vain=False, now=after(hours=20))
    assert absentees.due(["eval-1"], now=after(hours=20)) == ["eval-1"]


def test_whoever_is_on_the_list_again_has_nothing_to_wait_for() -> None:
    absentees = Absentees()
    for hour in range(20):
        absentees.note("eval-1", in_vain=True, now=after(hours=hour))
    assert absentees.due(["eval-1"], now=after(hours=19.5)) == []
    absentees.due([], now=after(hours=19.6))
    assert absentees.due(["eval-1"], now=after(hours=19.7)) == ["eval-1"]


@pytest.mark.parametrize(
    ("status", "last_seen", "lost"),
    [
        ("running", GIVE_UP_AFTER, True),
        ("running", GIVE_UP_AFTER - timedelta(seconds=1), False),
        ("cancelled", timedelta(0), True),
    ],
)
def test_after_a_week_in_vain_a_job_is_given_up(
    status: str,
    last_seen: timedelta,
    lost: bool,  # noqa: FBT001 - a case
) -> None:
    seen = SeenJob(
        job=EvaluationJob(id="eval-1", status=status),
        first_seen_at=NOON - GIVE_UP_AFTER,
        last_seen_at=NOON - last_seen,
    )
    absentees = Absentees()
    assert not absentees.is_lost(seen, now=NOON)
    absentees.note("eval-1", in_vain=True, now=NOON)
    assert absentees.is_lost(seen, now=NOON) == lost
    absentees.note("eval-1", in_vain=False, now=NOON)
    assert not absentees.is_lost(seen, now=NOON)
