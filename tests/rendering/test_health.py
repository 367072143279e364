"""The bot's health in a few plain lines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import cleandoc

from bot.domain.errors import TogetherRefusedKey, TogetherUnreachable
from bot.domain.health import HealthReport, PollHealth, QueueHealth
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
POLLS = PollHealth(last_poll_at=NOON - timedelta(seconds=12))
QUEUE = QueueHealth(waiting=0)


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


def told_of(polls: PollHealth, queue: QueueHealth | None = QUEUE) -> list[str]:
    return seen(health_message(replace(WELL, polls=polls, queue=queue))).splitlines()[3:]


def test_a_bot_that_polls_says_when_it_last_did_and_what_waits() -> None:
    assert told_of(POLLS) == [
        "Polling: last 2026-11-24 11:59 UTC, 12 s ago",
        "Notices: none waiting",
    ]


def test_polling_that_fails_says_since_when() -> None:
    polls = replace(POLLS, failing_since=NOON)
    assert told_of(polls)[0].endswith("12 s ago, *failing since 2026-11-24 12:00 UTC*")
    assert told_of(PollHealth())[0] == "Polling: none yet"


def test_more_jobs_than_together_lists_is_said() -> None:
    polls = replace(POLLS, saturated=True)
    assert told_of(polls)[0].endswith("*more jobs than Together lists, so some may be missed*")


def test_a_replica_that_does_not_poll_says_who_does() -> None:
    polls = replace(POLLS, leads=False)
    assert told_of(polls)[0] == "Polling: another copy of this bot on the same database does it"


def test_late_doubtful_and_lost_notices_are_counted() -> None:
    queue = QueueHealth(waiting=1200, oldest_due_at=NOON - timedelta(minutes=5), in_doubt=2, dead=3)
    assert told_of(POLLS, queue)[1] == (
        "Notices: 1,200 waiting, the oldest due 5 min ago, 2 not confirmed by Slack and being "
        "looked for, *3 given up* (`evals-bot dead` lists them)"
    )


def test_nothing_is_ago_that_is_to_come() -> None:
    queue = QueueHealth(waiting=1, oldest_due_at=NOON + timedelta(minutes=5))
    assert told_of(POLLS, queue)[1] == "Notices: 1 waiting, the oldest due 0 s ago"


def test_a_database_that_is_away_is_said() -> None:
    assert told_of(POLLS, None)[1] == "Notices: the database does not answer"
