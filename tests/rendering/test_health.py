"""The bot's health in a few plain lines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import cleandoc

from bot.domain.errors import TogetherRefusedKey, TogetherUnreachable
from bot.domain.health import HealthReport
from bot.rendering.health import health_message
from tests.rendering.seen import seen, told

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WELL = HealthReport(
    version="0.1.0",
    transport="Socket Mode, connected",
    started_at=NOON - timedelta(hours=3, minutes=12),
    now=NOON,
    last_answer_at=NOON - timedelta(minutes=5),
    calls=120,
)


def test_a_well_bot_needs_three_lines() -> None:
    assert seen(health_message(WELL)) == cleandoc("""
        *evals-bot 0.1.0* · up 3 h 12 min
        Slack: Socket Mode, connected
        Together: last answered 2026-11-24 11:55 UTC, asked 120 times since the start
    """)


def test_trouble_that_is_over_comes_without_advice() -> None:
    failure = (NOON - timedelta(hours=1), TogetherUnreachable("bad gateway", status=502))
    assert seen(health_message(replace(WELL, last_failure=failure))).splitlines()[-1] == (
        "Last trouble, 2026-11-24 11:00 UTC: Together has trouble on its own side (it says 502)."
    )


def test_trouble_that_lasts_says_what_to_do() -> None:
    report = replace(
        WELL, last_answer_at=None, last_failure=(NOON, TogetherRefusedKey("no", status=401))
    )
    words = told(health_message(report).text)
    assert "Together: asked 120 times since the start, no answer so far" in words
    assert "Last trouble, 2026-11-24 12:00 UTC: Together refused our key. Whoever runs" in words


def test_a_new_bot_has_not_asked_yet() -> None:
    report = replace(WELL, last_answer_at=None, calls=0)
    assert seen(health_message(report)).endswith("Together: not asked yet")
