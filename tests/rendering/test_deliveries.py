"""What became of notices."""

from datetime import UTC, datetime, timedelta
from inspect import cleandoc
from typing import Any

import pytest

from bot.domain.outbox import Kind, Row, State
from bot.rendering.deliveries import ROWS_SHOWN, log_of, muted, no_log, sample_sent, unmuted
from bot.rendering.kit import Message
from tests.rendering.seen import seen

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def row(number: int = 1, *, state: State = State.PENDING, **more: Any) -> Row:
    values = {"kind": Kind.ENDED, "channel": "C0EVALS", "subject": "eval-1", "due_at": NOON}
    return Row(**{**values, **more}, key=str(number), id=number, state=state, created_at=NOON)


def became(one: Row) -> str:
    return seen(log_of("eval-1", [one])).splitlines()[1]


def test_a_log_tells_where_and_when_the_first_one_first() -> None:
    rows = [
        row(2, state=State.SENT, sent_at=NOON + timedelta(minutes=5)),
        row(1, kind=Kind.STARTED, channel="D0DIRECT", state=State.SENT, sent_at=NOON),
        row(3, kind=Kind.CORRECTED, state=State.MUTED),
    ]
    assert seen(log_of("eval-1", rows)) == cleandoc("""
        *Notices of eval-1*
        our direct messages · card of its start · delivered 2026-11-24 12:00 UTC
        #C0EVALS · notice of its end · delivered 2026-11-24 12:05 UTC
        #C0EVALS · correction · kept back, the channel was muted, noticed 2026-11-24 12:00 UTC
    """)


@pytest.mark.parametrize("state", State)
def test_every_state_has_words_of_its_own(state: State) -> None:
    words = became(row(state=state))
    assert words.startswith("#C0EVALS · notice of its end · ")
    assert "outbox" not in words
    others = {became(row(state=other)) for other in State if other is not state}
    assert words not in others


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("invalid_blocks no_text", "given up, Slack says `no_text`, noticed"),
        ("in_doubt", "given up, Slack never said whether it took it, noticed"),
        ("invalid_blocks no_answer", "given up, Slack did not answer, noticed"),
        (None, "given up, Slack says nothing more, noticed"),
    ],
)
def test_a_notice_that_was_given_up_says_why(error: str | None, words: str) -> None:
    assert words in became(row(state=State.DEAD, error=error))


def test_a_long_log_shows_its_end_and_says_so() -> None:
    lines = seen(log_of("eval-1", [row(n) for n in range(ROWS_SHOWN + 5)])).splitlines()
    assert lines[0] == f"*Notices of eval-1*, the last {ROWS_SHOWN} of {ROWS_SHOWN + 5}"
    assert len(lines) == ROWS_SHOWN + 1


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            muted(until=NOON),
            (
                "Notices here are muted until 2026-11-24 12:00 UTC. Then I say what was missed. "
                "`/evals unmute` ends it now."
            ),
        ),
        (unmuted(since=None), "Notices here are not muted."),
        (
            unmuted(since=NOON),
            (
                "Notices come again. What was missed since 2026-11-24 12:00 UTC follows, if there "
                "is any."
            ),
        ),
        (
            sample_sent("C0EVALS"),
            (
                "A sample notice is on its way to #C0EVALS. If it does not come within a minute, "
                "`/evals status` tells why."
            ),
        ),
        (
            no_log("7df2"),
            (
                "No notice of `7df2` was ever due: no watch asked for it, or it is more than "
                "90 days ago. `/evals watches` shows what is watched here."
            ),
        ),
    ],
)
def test_an_answer_is_one_plain_sentence_or_two(message: Message, words: str) -> None:
    assert seen(message) == words
