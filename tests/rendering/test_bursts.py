"""Many notices in one message: nothing is left out of its text."""

from dataclasses import replace
from datetime import UTC, datetime
from inspect import cleandoc
from typing import Any

import pytest

from bot.domain.jobs import EvaluationJob
from bot.domain.notices import Notice
from bot.domain.outbox import Kind
from bot.rendering import kit
from bot.rendering.bursts import group_message, missed_message
from bot.rendering.kit import Message
from tests.rendering.rules import check
from tests.rendering.seen import seen, told
from tests.rendering.test_notices import COMPLETED, OUR_FAULT, THEIR_FAULT, notice

SINCE = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def many(number: int, job: EvaluationJob = COMPLETED) -> list[Notice]:
    return [notice(replace(job, id=f"eval-{n:04x}-1751287840")) for n in range(number)]


def table_of(message: Message) -> list[list[dict[str, Any]]]:
    [rows] = [block["rows"] for block in message.blocks if block["type"] == "table"]
    return rows  # type: ignore[no-any-return]


def test_a_burst_is_one_table_with_the_failures_first() -> None:
    burst = [
        notice(COMPLETED),
        notice(THEIR_FAULT, mentions=("S0ONCALL", "U0MEMBER")),
        notice(OUR_FAULT, kind=Kind.CORRECTED, previous_status="completed", mentions=("U0MEMBER",)),
    ]
    assert seen(group_message(burst)) == cleandoc("""
        3 evaluation jobs ended: 2 failed, 1 completed, 1 corrected.  S0ONCALL @U0MEMBER
        Status | Job | Type | Model | Result
        failed on Together's side | [eval-91bc] | compare | Qwen3.5-9B against gemma-4 | judge \
endpoint unavailable
        failed, your data or settings (corrected) | [eval-55aa] | score | column "answer" | \
dataset column "answer" is missing
        completed | [eval-7df2-1751287840] | classify | Qwen3.5-9B | 87.0 % pass
        [Mute 2 h]
    """)


def test_the_text_of_a_burst_tells_all_of_it() -> None:
    assert told(group_message([notice(COMPLETED), notice(OUR_FAULT)]).text) == cleandoc("""
        2 evaluation jobs ended: 1 failed, 1 completed.
        eval-55aa failed, your data or settings: dataset column "answer" is missing (score, \
column "answer")
        eval-7df2-1751287840 completed: 87.0 % pass · yes 174 · no 26 (classify, Qwen3.5-9B)
    """)


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (40, "eval-0000-1751287840 completed: 87.0 % pass · yes 174 · no 26 (classify, Qwen3.5"),
        (80, "eval-0000-1751287840 completed: 87.0 % pass"),
        (150, "completed: eval-0000-1751287840, eval-0001-1751287840, "),
        (1000, "completed: eval-0000-1751287840, eval-0001-1751287840, "),
    ],
)
def test_the_more_jobs_the_less_of_each_and_never_fewer_ids(number: int, line: str) -> None:
    burst = many(number)
    message = group_message(burst)
    check(message, text_chars=kit.TEXT_CHARS if number < 200 else kit.LONGEST_TEXT_CHARS)
    assert told(message.text).splitlines()[1].startswith(line)
    for one in burst:
        assert one.job.id in message.text


def test_ids_beyond_slacks_own_limit_are_cut_in_view() -> None:
    message = group_message(many(2000))
    check(message, text_chars=kit.LONGEST_TEXT_CHARS)
    assert message.text.endswith("-1751287840 … and more, which `/evals limit:100` lists")


def test_a_table_that_is_cut_says_how_much_of_it_is_shown() -> None:
    message = group_message(many(150))
    assert len(table_of(message)) == kit.TABLE_ROWS
    assert "(The table shows 99 jobs of 150. `/evals limit:100` lists more.)" in seen(message)


def test_long_words_are_cut_before_jobs_are_left_out() -> None:
    message = group_message(many(99, replace(THEIR_FAULT, error="no answer " * 200)))
    check(message)
    assert len(table_of(message)) == kit.TABLE_ROWS
    assert all(row[-1]["text"].endswith("…") for row in table_of(message)[1:])


def test_ids_are_links_while_there_is_room() -> None:
    assert table_of(group_message(many(20)))[1][1]["type"] == "rich_text"
    assert table_of(group_message(many(99)))[1][1]["type"] == "raw_text"


def test_a_table_has_no_empty_cell() -> None:
    message = group_message([notice(EvaluationJob(id="\u200b", status="completed"))])
    check(message)
    assert seen(message).splitlines()[2] == "completed | no id | no type | — | no result given"


def test_what_a_mute_kept_back_is_told_once_a_job_by_its_last_notice() -> None:
    corrected = notice(
        replace(COMPLETED, id=THEIR_FAULT.id), kind=Kind.CORRECTED, previous_status="error"
    )
    message = missed_message(
        [notice(THEIR_FAULT, mentions=("U0MEMBER",)), notice(OUR_FAULT), corrected], since=SINCE
    )
    assert told(message.text).splitlines() == [
        (
            "While this was muted (since 2026-11-24 12:00 UTC), 2 evaluation jobs ended: 1 failed, "
            "1 completed, 1 corrected."
        ),
        (
            'eval-55aa failed, your data or settings: dataset column "answer" is missing (score, '
            'column "answer")'
        ),
        "eval-91bc completed: 87.0 % pass · yes 174 · no 26 (classify, Qwen3.5-9B)",
    ]


def test_failures_that_a_mute_kept_back_call_whom_their_watches_name() -> None:
    message = missed_message([notice(OUR_FAULT, mentions=("U0MEMBER",))], since=SINCE)
    assert "<@U0MEMBER>" in message.text
