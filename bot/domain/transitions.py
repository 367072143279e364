"""What became of each job between two polls, each with its reason.

::

                                  ┌─ the first successful poll ever ─▶ BASELINE
    never seen ───────────────────┼─ under way ─▶ FIRST_SEEN
                                  └─ ended ──┬─ before the watermark ─▶ TOO_OLD
                                             └─ else ─▶ ENDED_UNSEEN
    under way ──┬─ runs for the first time ─▶ STARTED
                └─ ended ─▶ ENDED
    ended ──┬─ ended otherwise, and the answer is no older ─▶ CORRECTED
            └─ under way again, or an older answer ─▶ ABSORBED
    anything else ─▶ UNCHANGED

The watermark is the newest time that Together wrote on any job of the baseline. Only a job that
Together itself dates before it is too old to tell of: our clocks need not agree, a job without
times of its own is told rather than lost, and what ended in the very same moment is told, too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.jobs import TERMINAL, EvaluationJob, Status
from bot.domain.seen import SeenJob


class Reason(StrEnum):
    """Why a job is recorded as it is; see the picture above."""

    BASELINE = "baseline"
    TOO_OLD = "too_old"
    FIRST_SEEN = "first_seen"
    STARTED = "started"
    ENDED = "ended"
    ENDED_UNSEEN = "ended_unseen"
    CORRECTED = "corrected"
    ABSORBED = "absorbed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One observed job.

    Attributes:
        before: as it was known; None when it was not.
        seen: as it is known from now on; ``before`` itself when there is nothing to write.
    """

    reason: Reason
    before: SeenJob | None
    seen: SeenJob


SEEN_AGAIN_AFTER = timedelta(hours=1)
"""How exact ``last_seen_at`` is kept for a job that does not change, so that quiet polls write
nothing. Far below the time after which what was not seen is forgotten."""

EMPTY_BASELINE_MARGIN = timedelta(hours=1)
"""By how much our clock may be ahead of Together's when it has to stand in for a watermark."""

# A job is made with these and keeps them: what one answer leaves out, another one tells.
_LASTING = (
    "type",
    "models",
    "judge",
    "dataset",
    "labels",
    "pass_labels",
    "min_score",
    "max_score",
    "pass_threshold",
    "position_bias_corrected",
    "created_at",
    "owner_id",
)
_ABSENT = (None, "", ())


def observe(
    known: Mapping[str, SeenJob],
    jobs: Iterable[EvaluationJob],
    *,
    now: datetime,
    watermark: datetime | None,
    baseline: bool,
) -> list[Transition]:
    """What became of each observed job, one transition a job.

    Args:
        known: of the observed jobs, those that were ever seen, by id.
        jobs: as Together gave them, in the order of asking; the same one may come repeatedly.
        now: this poll's time; aware, UTC.
        watermark: see above; None believes every job to be new.
        baseline: no poll before this one was recorded.
    """
    return [
        _first(job, now=now, watermark=watermark, baseline=baseline)
        if (before := known.get(job.id)) is None
        else _next(before, job, now=now)
        for job in latest(jobs).values()
    ]


def latest(jobs: Iterable[EvaluationJob]) -> dict[str, EvaluationJob]:
    """By id, the last answer about each job; an end that was told once stays told."""
    found: dict[str, EvaluationJob] = {}
    for job in jobs:
        earlier = found.get(job.id)
        if earlier is None or earlier.status not in TERMINAL or job.status in TERMINAL:
            found[job.id] = job
    return found


def watermark_of(jobs: Iterable[EvaluationJob], *, now: datetime) -> datetime | None:
    """The watermark of a baseline; None when its jobs bear no times.

    An empty list may be a new account's or a moment's lie. Lest the lie makes news of everything
    old, our clock stands in for Together's, with a margin.
    """
    seen = list(jobs)
    if not seen:
        return now - EMPTY_BASELINE_MARGIN
    return max((at for job in seen for at in _times(job)), default=None)


def _first(
    job: EvaluationJob, *, now: datetime, watermark: datetime | None, baseline: bool
) -> Transition:
    ended = job.status in TERMINAL
    if baseline:
        reason = Reason.BASELINE
    elif not ended:
        reason = Reason.FIRST_SEEN
    elif watermark is not None and _ended_before(job, watermark):
        reason = Reason.TOO_OLD
    else:
        reason = Reason.ENDED_UNSEEN
    seen = SeenJob(
        job=job,
        first_seen_at=now,
        last_seen_at=now,
        started_at=now if job.status == Status.RUNNING else None,
        ended_at=now if ended else None,
        silent=ended and reason is not Reason.ENDED_UNSEEN,
    )
    return Transition(reason=reason, before=None, seen=seen)


def _next(before: SeenJob, job: EvaluationJob, *, now: datetime) -> Transition:
    if before.has_ended and (
        job.status not in TERMINAL
        or (job.status != before.job.status and _is_older(job, before.job))
    ):
        reason, seen = Reason.ABSORBED, replace(before, job=_fill(before.job, job))
    elif job.status == before.job.status or job.status not in TERMINAL:
        starts = job.status == Status.RUNNING and before.started_at is None
        reason = Reason.STARTED if starts else Reason.UNCHANGED
        seen = replace(
            before,
            job=_fill(job, before.job),
            started_at=now if starts else before.started_at,
            # Whoever was given up and is back is followed again.
            ended_at=before.ended_at if before.has_ended else None,
        )
    else:
        reason = Reason.CORRECTED if before.has_ended else Reason.ENDED
        seen = replace(
            before,
            job=_fill(job, before.job),
            ended_at=now,
            epoch=before.epoch + before.has_ended,
        )
    is_due = seen != before or now - before.last_seen_at >= SEEN_AGAIN_AFTER
    seen = replace(seen, last_seen_at=now) if is_due else before
    return Transition(reason=reason, before=before, seen=seen)


def _fill(job: EvaluationJob, other: EvaluationJob) -> EvaluationJob:
    lacking = {
        name: told
        for name in _LASTING
        if getattr(job, name) in _ABSENT and (told := getattr(other, name)) not in _ABSENT
    }
    return replace(job, **lacking) if lacking else job


def _ended_before(job: EvaluationJob, watermark: datetime) -> bool:
    """Whether Together dates the end; a time of creation alone says nothing of it."""
    return bool(_end_times(job)) and all(at < watermark for at in _times(job))


def _times(job: EvaluationJob) -> list[datetime]:
    return _end_times(job) + ([] if job.created_at is None else [job.created_at])


def _end_times(job: EvaluationJob) -> list[datetime]:
    return [at for at in (job.updated_at, *(step.at for step in job.history)) if at is not None]


def _is_older(job: EvaluationJob, believed: EvaluationJob) -> bool:
    if job.updated_at is None or believed.updated_at is None:
        return False
    return job.updated_at < believed.updated_at
