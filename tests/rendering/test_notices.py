"""Notices of one job as people see them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import cleandoc
from typing import Any

import pytest

from bot.domain.jobs import ClassifyResults, CompareResults, EvaluationJob, FailedRows, Model
from bot.domain.notices import Notice
from bot.domain.outbox import Kind
from bot.rendering.kit import Message
from bot.rendering.notices import (
    MENTIONS_SHOWN,
    ended_card,
    notice_message,
    plain,
    possible_repeat,
    sample_message,
    started_card,
)
from tests.rendering.seen import seen, told

BEGAN = datetime(2026, 11, 24, 13, 50, tzinfo=UTC)
QWEN, GEMMA = Model(name="Qwen/Qwen3.5-9B"), Model(name="google/gemma-4")
COMPLETED = EvaluationJob(
    id="eval-7df2-1751287840",
    status="completed",
    type="classify",
    models=(QWEN,),
    judge="meta-llama/Llama-3.3-70B",
    pass_labels=("yes",),
    created_at=BEGAN,
    updated_at=BEGAN + timedelta(minutes=12),
    results=ClassifyResults(pass_percentage=87.0, label_counts={"yes": 174.0, "no": 26.0}),
)
THEIR_FAULT = EvaluationJob(
    id="eval-91bc",
    status="error",
    type="compare",
    models=(QWEN, GEMMA),
    error="judge endpoint unavailable",
)
OUR_FAULT = EvaluationJob(
    id="eval-55aa",
    status="user_error",
    type="score",
    models=(Model(name="answer", is_column=True),),
    error='dataset column "answer" is missing',
)
RUNNING = EvaluationJob(
    id="eval-a0f3",
    status="running",
    type="compare",
    models=(QWEN, GEMMA),
    created_at=BEGAN,
    updated_at=BEGAN,
)


def notice(job: EvaluationJob, *, kind: Kind = Kind.ENDED, **more: Any) -> Notice:
    return Notice(kind=kind, job=job, watches=(3,), **more)


def action_ids(message: Message) -> list[str]:
    return [element["action_id"] for element in message.blocks[-1]["elements"]]


def test_a_completed_job() -> None:
    assert seen(notice_message(notice(COMPLETED))) == cleandoc("""
        ✅  eval-7df2-1751287840 completed · classify · Qwen3.5-9B, judged by Llama-3.3-70B
        *87.0 % pass* (174 of 200)
        | yes  █████████████████▍ 174 · 87.0 %
        | no   ██▋ 26 · 13.0 %
        (took 12 min, queue included)
        [Open in Together] [Details] [Mute 2 h]
    """)


def test_the_text_alone_tells_all_of_it() -> None:
    assert told(notice_message(notice(COMPLETED)).text) == cleandoc("""
        eval-7df2-1751287840 completed: 87.0 % pass · yes 174 · no 26 (classify, Qwen3.5-9B)
        took 12 min, queue included
    """)


def test_a_failure_on_togethers_side_calls_whom_the_watch_names() -> None:
    message = notice_message(notice(THEIR_FAULT, mentions=("S0ONCALL", "U0MEMBER")))
    assert seen(message) == cleandoc("""
        ❌  eval-91bc failed on Together's side · compare · Qwen3.5-9B against gemma-4  \
S0ONCALL @U0MEMBER
        | judge endpoint unavailable
        Nothing to mend in your data: run it again later. If it fails twice, ask Together with \
this id.
        [Open in Together] [Details] [Mute 2 h]
    """)
    assert "<!subteam^S0ONCALL> <@U0MEMBER>" in message.text


def test_a_failure_of_data_or_settings_says_what_to_look_at() -> None:
    assert seen(notice_message(notice(OUR_FAULT))) == cleandoc("""
        ⚠️  eval-55aa failed, your data or settings · score · column "answer"
        | dataset column "answer" is missing
        Check the dataset's columns and the job's settings against this, then start it again.
        [Open in Together] [Details] [Mute 2 h]
    """)


def test_success_mentions_nobody() -> None:
    message = notice_message(notice(COMPLETED, mentions=("U0MEMBER",)))
    assert "U0MEMBER" not in message.text + str(message.blocks)


def test_mentions_come_once_each_and_those_that_do_not_fit_are_counted() -> None:
    crowd = tuple(f"U{number:03}" for number in range(MENTIONS_SHOWN + 2))
    message = notice_message(notice(THEIR_FAULT, mentions=(*crowd, *crowd)))
    assert message.text.count("<@U") == MENTIONS_SHOWN
    assert "and 2 more" in message.text


def test_a_correction_says_what_was_told_before() -> None:
    message = notice_message(notice(COMPLETED, kind=Kind.CORRECTED, previous_status="error"))
    first = "Correction: told before as failed on Together's side, now completed."
    assert message.text.startswith(first)
    assert seen(message).startswith(f"{first}\n✅  eval-7df2-1751287840 completed")


def test_a_card_says_since_when_a_job_runs_and_lets_others_watch_it() -> None:
    message = notice_message(notice(RUNNING, kind=Kind.STARTED, mentions=("U0MEMBER",)))
    assert message == started_card(notice(RUNNING))
    assert seen(message) == cleandoc("""
        🔄  eval-a0f3 running · compare · Qwen3.5-9B against gemma-4
        since 2026-11-24 13:50 UTC
        [Open in Together] [Details] [Watch this job] [Mute 2 h]
    """)


@pytest.mark.parametrize(
    ("job", "outcome"),
    [
        (
            COMPLETED,
            """
            ✅  eval-7df2-1751287840 completed · classify · Qwen3.5-9B, judged by Llama-3.3-70B
            *87.0 % pass* (174 of 200)
            2026-11-24 14:02 UTC · took 12 min
            """,
        ),
        (
            THEIR_FAULT,
            """
            ❌  eval-91bc failed on Together's side · compare · Qwen3.5-9B against gemma-4
            judge endpoint unavailable
            """,
        ),
    ],
)
def test_the_same_card_at_its_end_leads_to_the_notice_and_calls_nobody(
    job: EvaluationJob, outcome: str
) -> None:
    message = ended_card(notice(job, mentions=("U0MEMBER",)))
    assert seen(message) == "\n".join(
        [
            cleandoc(outcome),
            "(The notice is in this card's thread.)",
            "[Open in Together] [Details] [Mute 2 h]",
        ]
    )
    assert "U0MEMBER" not in message.text


def test_a_job_that_has_ended_cannot_be_watched_any_more() -> None:
    assert "job_watch" in action_ids(started_card(notice(RUNNING)))
    assert "job_watch" not in action_ids(notice_message(notice(COMPLETED)))


def test_rows_that_pass_are_counted_only_where_the_labels_agree_with_the_percentage() -> None:
    for pass_labels in ((), ("no",), ("maybe",)):
        job = replace(COMPLETED, pass_labels=pass_labels)
        assert "*87.0 % pass* · yes 174 · no 26" in seen(notice_message(notice(job)))


def test_rows_that_were_not_judged_are_never_silent() -> None:
    results = CompareResults(
        a_wins=52.0, b_wins=38.0, ties=10.0, failed_rows=FailedRows(judge=12.0)
    )
    job = replace(COMPLETED, type="compare", models=(QWEN, GEMMA), results=results)
    message = notice_message(notice(job))
    assert "⚠ 12 of 112 rows not judged" in seen(message)
    assert "⚠ 12 of 112 rows not judged" in message.text


def test_an_id_that_may_not_stand_in_a_link_leads_nowhere() -> None:
    message = notice_message(notice(replace(COMPLETED, id="../files")))
    assert action_ids(message) == ["channel_mute"]
    assert "result/" not in message.text + str(message.blocks)


def test_a_possible_repeat_says_so_in_words_and_in_blocks() -> None:
    words = "possible repeat: Slack did not confirm the first one"
    first = notice_message(notice(COMPLETED))
    again = possible_repeat(first)
    assert again.text == f"{words}\n{first.text}"
    assert seen(again) == f"{seen(first)}\n({words})"
    assert possible_repeat(plain(first)) == plain(again)


def test_a_sample_looks_like_a_notice_and_leads_to_no_job() -> None:
    message = sample_message()
    assert seen(message) == cleandoc("""
        ✅  eval-… completed · classify · Qwen3.5-9B, judged by Llama-3.3-70B
        *87.0 % pass* (174 of 200)
        | yes  █████████████████▍ 174 · 87.0 %
        | no   ██▋ 26 · 13.0 %
        [Mute 2 h]
        (This is a sample: no job ended. Notices of real jobs have more buttons.)
    """)
    assert message.text.startswith("This is a sample: no job ended.")
