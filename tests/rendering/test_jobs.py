"""One job as people see it, of each type and in each state."""

from datetime import UTC, datetime, timedelta
from inspect import cleandoc

import pytest

from bot.domain.commands import ListJobs
from bot.domain.errors import TogetherUnreachable
from bot.domain.jobs import (
    ClassifyResults,
    CompareResults,
    EvaluationJob,
    FailedRows,
    Model,
    ScoreResults,
    StatusUpdate,
)
from bot.rendering.controls import JobView, ListView
from bot.rendering.jobs import job_card
from bot.rendering.kit import Message
from bot.rendering.problems import stale_notice
from tests.rendering.seen import seen, told

NOW = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)
BEGAN = datetime(2026, 11, 24, 13, 50, tzinfo=UTC)
LLAMA = "meta-llama/Llama-3.3-70B-Instruct-Turbo"
CLASSIFY = EvaluationJob(
    id="eval-7df2-1751287840",
    status="completed",
    type="classify",
    models=(Model(name="Qwen/Qwen3.5-9B"),),
    judge=LLAMA,
    dataset="file-5f0c2b7e-91d4",
    labels=("yes", "no"),
    pass_labels=("yes",),
    created_at=BEGAN,
    updated_at=BEGAN + timedelta(minutes=12),
    results=ClassifyResults(
        pass_percentage=87.0,
        label_counts={"yes": 174.0, "no": 26.0},
        result_file_id="file-0a12",
    ),
)


def card(job: EvaluationJob, **view: object) -> Message:
    return job_card(job, JobView(job_id=job.id, **view), fetched_at=NOW)  # type: ignore[arg-type] # each test names fields of JobView


def test_a_completed_classify_job() -> None:
    assert seen(card(CLASSIFY, back=ListView(query=ListJobs(limit=5)))) == cleandoc("""
        ✅  eval-7df2-1751287840 · completed · classify
        *87.0 % pass* · yes 174 · no 26
        | yes  █████████████████▍ 174 · 87.0 %
        | no   ██▋ 26 · 13.0 %
        *Model* Qwen/Qwen3.5-9B
        *Judge* meta-llama/Llama-3.3-70B-Instruct-Turbo
        *Dataset* file-5f0c2b7e-91d4
        *Labels* yes, no
        *Labels that pass* yes
        *Created* 2026-11-24 13:50 UTC
        *Updated* 2026-11-24 14:02 UTC
        *Took* 12 min, queue included
        *Result file* file-0a12
        (as of 2026-11-24 14:05 UTC)
        [Back to the list] [Open in Together] [Refresh] [Share to channel]
    """)


def test_the_text_alone_tells_all_of_it() -> None:
    assert told(card(CLASSIFY).text) == cleandoc("""
        eval-7df2-1751287840 completed: 87.0 % pass · yes 174 · no 26 (classify, Qwen3.5-9B)
        as of 2026-11-24 14:05 UTC
        Model: Qwen/Qwen3.5-9B
        Judge: meta-llama/Llama-3.3-70B-Instruct-Turbo
        Dataset: file-5f0c2b7e-91d4
        Labels: yes, no
        Labels that pass: yes
        Created: 2026-11-24 13:50 UTC
        Updated: 2026-11-24 14:02 UTC
        Took: 12 min, queue included
        Result file: file-0a12
    """)


def test_a_completed_score_job_with_rows_that_failed() -> None:
    job = EvaluationJob(
        id="eval-91bc-1751280001",
        status="completed",
        type="score",
        models=(Model(name="answer", is_column=True),),
        min_score=1.0,
        max_score=10.0,
        pass_threshold=7.0,
        results=ScoreResults(
            mean_score=7.1,
            std_score=1.2,
            pass_percentage=66.0,
            failed_rows=FailedRows(generation=2.0, judge=9.0, invalid=1.0),
        ),
    )
    assert seen(card(job)) == cleandoc("""
        ✅  eval-91bc-1751280001 · completed · score
        *mean 7.1 ± 1.2* · 66.0 % pass (≥ 7) · ⚠ 12 rows not judged
        *Model* column "answer"
        *Range* 1 to 10
        *Passes from* 7 or more
        *Rows not judged* 2 without the model's answer, 9 without the judge's answer, \
1 with an invalid verdict
        (as of 2026-11-24 14:05 UTC)
        [Open in Together] [Refresh] [Share to channel]
    """)


def test_a_completed_compare_job() -> None:
    job = EvaluationJob(
        id="eval-a0f3-1751279000",
        status="completed",
        type="compare",
        models=(Model(name="Qwen/Qwen3.5-9B"), Model(name="google/gemma-4-27b-it")),
        position_bias_corrected=True,
        results=CompareResults(a_wins=52.0, b_wins=38.0, ties=10.0),
    )
    assert seen(card(job)) == cleandoc("""
        ✅  eval-a0f3-1751279000 · completed · compare
        *Qwen3.5-9B wins 52 – 38, 10 ties*
        | A Qwen3.5-9B      ██████████▍ 52 · 52.0 %
        | B gemma-4-27b-it  ███████▋ 38 · 38.0 %
        | ties              ██ 10 · 10.0 %
        *Model A* Qwen/Qwen3.5-9B
        *Model B* google/gemma-4-27b-it
        *Order of answers* judged both ways
        (as of 2026-11-24 14:05 UTC)
        [Open in Together] [Refresh] [Share to channel]
    """)  # noqa: RUF001 - a score has an en dash


def test_a_failure_on_togethers_side_asks_nothing_of_the_data() -> None:
    job = EvaluationJob(
        id="eval-91bc", status="error", type="compare", error="judge endpoint unavailable"
    )
    assert seen(card(job)) == cleandoc("""
        ❌  eval-91bc · failed on Together's side · compare
        | judge endpoint unavailable
        Nothing to mend in your data: run it again later. If it fails twice, ask Together with \
this id.
        (as of 2026-11-24 14:05 UTC)
        [Open in Together] [Refresh] [Share to channel]
    """)


def test_a_failure_of_data_or_settings_says_what_to_look_at() -> None:
    job = EvaluationJob(
        id="eval-55aa", status="user_error", type="score", error="*no* `answer`, \n<!channel>"
    )
    assert seen(card(job)) == cleandoc("""
        ⚠️  eval-55aa · failed, your data or settings · score
        | *no* `answer`, <!channel>
        Check the dataset's columns and the job's settings against this, then start it again.
        (as of 2026-11-24 14:05 UTC)
        [Open in Together] [Refresh] [Share to channel]
    """)


@pytest.mark.parametrize("status", ["pending", "queued", "running"])
def test_a_job_under_way_says_since_when(status: str) -> None:
    job = EvaluationJob(id="eval-1", status=status, type="score", updated_at=BEGAN)
    lines = seen(card(job)).splitlines()
    assert lines[1] == "since 2026-11-24 13:50 UTC"
    assert lines[-1] == "[Open in Together] [Refresh] [Watch this job] [Share to channel]"


def test_a_status_and_type_of_tomorrow_are_shown_as_they_are() -> None:
    job = EvaluationJob(id="eval-1", status="paused", type="debate")
    assert seen(card(job)).splitlines()[0] == "❔  eval-1 · paused · debate"


def test_history_comes_newest_first() -> None:
    history = (
        StatusUpdate(status="queued", message="", at=BEGAN),
        StatusUpdate(status="running", message="picked up", at=BEGAN + timedelta(minutes=1)),
        StatusUpdate(status="", message="", at=None),
    )
    job = EvaluationJob(id="eval-1", status="running", history=history)
    assert "(2026-11-24 13:51 UTC · running · picked up\n2026-11-24 13:50 UTC · queued)" in seen(
        card(job)
    )


def test_a_public_job_has_no_share_button_and_stays_public_when_refreshed() -> None:
    message = card(CLASSIFY, public=True, shared_by="U0MEMBER")
    assert seen(message).splitlines()[-2:] == [
        "(as of 2026-11-24 14:05 UTC · shared by @U0MEMBER)",
        "[Open in Together] [Refresh]",
    ]
    refresh = message.blocks[-1]["elements"][-1]
    assert refresh["value"] == "eval-7df2-1751287840 public by:U0MEMBER"


def test_an_id_that_may_not_stand_in_a_link_has_no_controls() -> None:
    message = card(EvaluationJob(id="../files", status="completed"))
    assert message.blocks[-1]["type"] == "context"
    assert "result/" not in message.text + str(message.blocks)


def test_an_old_answer_says_so_above_the_job_and_can_be_refreshed() -> None:
    notice = stale_notice(TogetherUnreachable("late"), fetched_at=NOW, reference="7f3a")
    message = job_card(CLASSIFY, JobView(job_id=CLASSIFY.id), fetched_at=NOW, notice=notice)
    assert seen(message).startswith("Together did not answer in time. This is what it said")
    assert "[Refresh]" in seen(message)
