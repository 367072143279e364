"""When Together is in trouble, as the health report sees it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.errors import TogetherUnreachable
from bot.domain.health import HealthReport

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
REPORT = HealthReport(version="0.1.0", transport="HTTP", started_at=NOON, now=NOON)


def test_trouble_lasts_from_a_failure_to_the_next_answer() -> None:
    failed = replace(REPORT, last_failure=(NOON, TogetherUnreachable("late")))
    assert not REPORT.is_in_trouble
    assert failed.is_in_trouble
    assert replace(failed, last_answer_at=NOON - timedelta(seconds=1)).is_in_trouble
    assert not replace(failed, last_answer_at=NOON + timedelta(seconds=1)).is_in_trouble
