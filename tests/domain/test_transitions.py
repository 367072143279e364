"""What became of a job between two polls, reason by reason."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.jobs import TERMINAL, EvaluationJob, Model, Status, StatusUpdate
from bot.domain.seen import SeenJob
from bot.domain.transitions import (
    EMPTY_BASELINE_MARGIN,
    SEEN_AGAIN_AFTER,
    Reason,
    Transition,
    latest,
    observe,
    watermark_of,
)
from tests.fakes import NOON

LATER = NOON + timedelta(minutes=1)
ENDS = sorted(TERMINAL)


def job(status: str, *, at: float | None = 0, name: str = "eval-1") -> EvaluationJob:
    """A job that Together touched ``at`` seconds after noon, or says nothing of the time."""
    moment = None if at is None else NOON + timedelta(seconds=at)
    return EvaluationJob(id=name, status=status, created_at=moment, updated_at=moment)


def seen(status: str, *, at: float | None = 0, silent: bool = False, epoch: int = 0) -> SeenJob:
    return SeenJob(
        job=job(status, at=at),
        first_seen_at=NOON,
        last_seen_at=NOON,
        started_at=NOON if status == Status.RUNNING else None,
        ended_at=NOON if status in TERMINAL else None,
        silent=silent,
        epoch=epoch,
    )


def become(before: SeenJob | None, *jobs: EvaluationJob, baseline: bool = False) -> Transition:
    known = {} if before is None else {before.id: before}
    [transition] = observe(known, jobs, now=LATER, watermark=NOON, baseline=baseline)
    return transition


@pytest.mark.parametrize("status", [*Status, "cancelled", ""])
def test_the_baseline_records_everything_in_silence(status: str) -> None:
    now = become(None, job(status, at=30), baseline=True)
    assert now.reason is Reason.BASELINE
    assert now.seen.silent == (status in TERMINAL)
    assert now.seen.ended_at == (LATER if status in TERMINAL else None)


def test_what_runs_at_the_baseline_is_told_when_it_ends() -> None:
    running = become(None, job("running"), baseline=True).seen
    ended = become(running, job("completed"))
    assert ended.reason is Reason.ENDED
    assert not ended.seen.silent


@pytest.mark.parametrize("status", ["pending", "queued", "running", "cancelled", ""])
def test_a_new_job_under_way_is_seen_for_the_first_time(status: str) -> None:
    now = become(None, job(status))
    assert now.reason is Reason.FIRST_SEEN
    assert now.seen.started_at == (LATER if status == "running" else None)
    assert now.seen.ended_at is None


@pytest.mark.parametrize("status", ENDS)
@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (1, Reason.ENDED_UNSEEN),
        (0, Reason.ENDED_UNSEEN),
        (-1, Reason.TOO_OLD),
        (None, Reason.ENDED_UNSEEN),
    ],
)
def test_an_unseen_end_is_too_old_only_if_together_dates_it_before_the_watermark(
    status: str, at: float | None, reason: Reason
) -> None:
    now = become(None, job(status, at=at))
    assert now.reason is reason
    assert now.seen.silent == (reason is Reason.TOO_OLD)
    assert now.seen.ended_at == LATER


def test_a_time_of_creation_alone_says_nothing_of_the_end() -> None:
    started_early = replace(job("completed"), created_at=NOON - timedelta(days=1), updated_at=None)
    assert become(None, started_early).reason is Reason.ENDED_UNSEEN


def test_a_history_dates_the_end_too() -> None:
    step = StatusUpdate(status="completed", message="", at=NOON - timedelta(hours=1))
    assert become(None, replace(job("completed", at=None), history=(step,))).reason is (
        Reason.TOO_OLD
    )


def test_without_a_watermark_every_unseen_end_is_news() -> None:
    [now] = observe({}, [job("error", at=-9e6)], now=LATER, watermark=None, baseline=False)
    assert now.reason is Reason.ENDED_UNSEEN


@pytest.mark.parametrize("before", ["pending", "queued", ""])
def test_a_job_starts_once(before: str) -> None:
    started = become(seen(before), job("running"))
    assert started.reason is Reason.STARTED
    assert started.seen.started_at == LATER
    back = become(started.seen, job("pending"))
    assert back.reason is Reason.UNCHANGED
    assert become(back.seen, job("running")).reason is Reason.UNCHANGED


@pytest.mark.parametrize("before", ["pending", "queued", "running", "cancelled"])
@pytest.mark.parametrize("after", ENDS)
def test_a_job_ends(before: str, after: str) -> None:
    now = become(seen(before), job(after))
    assert now.reason is Reason.ENDED
    assert (now.seen.ended_at, now.seen.last_seen_at, now.seen.epoch) == (LATER, LATER, 0)


@pytest.mark.parametrize("before", ENDS)
@pytest.mark.parametrize("after", ["pending", "queued", "running", "cancelled", ""])
def test_what_has_ended_does_not_go_on(before: str, after: str) -> None:
    known = seen(before)
    now = become(known, job(after, at=60))
    assert now.reason is Reason.ABSORBED
    assert now.seen is known


@pytest.mark.parametrize("silent", [False, True])
def test_another_end_corrects_the_first_one(silent: bool) -> None:  # noqa: FBT001 - a case
    now = become(seen("error", silent=silent, epoch=1), job("completed", at=60))
    assert now.reason is Reason.CORRECTED
    assert (now.seen.epoch, now.seen.ended_at, now.seen.silent) == (2, LATER, silent)


def test_an_older_answer_corrects_nothing() -> None:
    known = seen("error", at=10)
    assert become(known, job("completed", at=9)).reason is Reason.ABSORBED
    assert become(known, job("completed", at=10)).reason is Reason.CORRECTED
    assert become(known, job("completed", at=None)).reason is Reason.CORRECTED


@pytest.mark.parametrize("status", ["queued", "completed"])
def test_nothing_is_written_of_a_job_that_stays_as_it_is(status: str) -> None:
    known = seen(status)
    now = become(known, job(status))
    assert now.reason is Reason.UNCHANGED
    assert now.seen is known


@pytest.mark.parametrize("after", ["completed", "running"])
def test_that_a_job_is_still_there_is_noted_now_and_then(after: str) -> None:
    known = seen("completed")
    early = NOON + SEEN_AGAIN_AFTER - timedelta(seconds=1)
    [now] = observe({"eval-1": known}, [job(after)], now=early, watermark=None, baseline=False)
    assert now.seen is known
    late = NOON + SEEN_AGAIN_AFTER
    [now] = observe({"eval-1": known}, [job(after)], now=late, watermark=None, baseline=False)
    assert now.seen == replace(known, last_seen_at=late)


def test_what_one_answer_leaves_out_an_earlier_one_told() -> None:
    whole = replace(job("running"), models=(Model(name="qwen"),), judge="llama", min_score=0.0)
    known = replace(seen("running"), job=whole)
    now = become(known, EvaluationJob(id="eval-1", status="error", error="no judge"))
    assert now.reason is Reason.ENDED
    assert now.seen.job == replace(whole, status="error", error="no judge", updated_at=None)


def test_what_comes_late_is_taken_in() -> None:
    known = seen("completed")
    now = become(known, replace(job("completed"), models=(Model(name="qwen"),)))
    assert now.reason is Reason.UNCHANGED
    assert now.seen.job.models == (Model(name="qwen"),)
    assert (now.seen.ended_at, now.seen.last_seen_at) == (NOON, LATER)


def test_an_answer_that_is_not_believed_still_tells_what_a_job_was_made_with() -> None:
    named = replace(job("running", at=60), models=(Model(name="qwen"),))
    now = become(seen("completed"), named)
    assert now.reason is Reason.ABSORBED
    assert now.seen.job == replace(job("completed"), models=(Model(name="qwen"),))


def test_whoever_was_given_up_and_is_back_is_followed_again() -> None:
    given_up = replace(seen("running"), ended_at=NOON)
    back = become(given_up, job("running"))
    assert back.seen.ended_at is None
    assert become(given_up, job("completed")).reason is Reason.ENDED


def test_an_end_that_was_told_once_stays_told() -> None:
    told = latest([job("completed"), job("running"), job("queued", name="eval-2")])
    assert [one.status for one in told.values()] == ["completed", "queued"]
    assert latest([job("running"), job("error")])["eval-1"].status == "error"


def test_the_watermark_is_the_newest_time_that_together_wrote() -> None:
    step = StatusUpdate(status="running", message="", at=NOON + timedelta(seconds=9))
    jobs = [job("completed", at=5), replace(job("running", at=1), history=(step,))]
    assert watermark_of(jobs, now=LATER) == NOON + timedelta(seconds=9)


def test_jobs_without_times_give_no_watermark() -> None:
    assert watermark_of([job("running", at=None)], now=LATER) is None


def test_an_empty_baseline_takes_our_own_clock_with_a_margin() -> None:
    assert watermark_of([], now=LATER) == LATER - EMPTY_BASELINE_MARGIN


_JOBS = st.builds(
    job,
    st.sampled_from([*Status, "cancelled"]),
    at=st.none() | st.integers(-5, 5),
    name=st.sampled_from(["eval-1", "eval-2", "eval-3"]),
)


@settings(max_examples=60)
@given(polls=st.lists(st.lists(_JOBS, max_size=6), max_size=8))
def test_each_job_has_one_transition_a_poll_and_an_end_is_never_taken_back(
    polls: list[list[EvaluationJob]],
) -> None:
    known: dict[str, SeenJob] = {}
    for number, jobs in enumerate(polls):
        now = NOON + timedelta(seconds=30 * number)
        moves = observe(known, jobs, now=now, watermark=NOON, baseline=number == 0)
        assert sorted(move.seen.id for move in moves) == sorted({one.id for one in jobs})
        for move in moves:
            before = known.get(move.seen.id)
            assert move.before is before
            assert before is None or not before.has_ended or move.seen.has_ended
            assert before is None or move.seen.epoch >= before.epoch
            assert move.seen.has_ended == (move.seen.ended_at is not None)
        known |= {move.seen.id: move.seen for move in moves}
