"""One poll: what Together shows is compared with what is known, and what that means is stored.

Absence alone never changes what is believed. What a poll saw, whom it is told and what is known
from then on are one transaction.
"""

import logging
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.jobs import ACTIVE
from bot.domain.routing import RECHECK, route, watches_done
from bot.domain.seen import SeenJob
from bot.domain.transitions import Reason, Transition, observe, watermark_of
from bot.ports import Changes, Clock, Evaluations, Known, Polls
from bot.services.lookout import Lookout, Sight

logger = logging.getLogger(__name__)

BASELINE_DONE = "baseline_done"
WATERMARK = "watermark"

_ENDED = frozenset({Reason.ENDED, Reason.ENDED_UNSEEN})
_QUIET = frozenset({Reason.BASELINE, Reason.UNCHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """What a poll did, for the loop, the log and the metrics.

    Attributes:
        calls: questions to Together.
        jobs: different jobs that it showed.
        unreadable: rows that could not be read.
        missing: followed jobs that Together says it does not know.
        unanswered: look-ups by id that failed otherwise; they come again.
        transitions: how many jobs by reason, without those to which nothing happened.
        new_rows: rows that are new in the outbox.
        saturated: Together shows fewer jobs than there are, so some may be missed.
        lag_seconds: the longest time from Together's own date of an end to this poll; None when
            nothing ended.
        seconds: how long all of it took.
    """

    calls: int
    jobs: int
    unreadable: int
    missing: int
    unanswered: int
    transitions: Mapping[Reason, int]
    new_rows: int
    saturated: bool
    lag_seconds: float | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decision:
    changes: Changes
    transitions: list[Transition]
    followed: frozenset[str]
    saturated: bool


class Poller:
    """Asks Together and records what became of its jobs. The raw client: no cache in between."""

    def __init__(self, evaluations: Evaluations, store: Polls, clock: Clock) -> None:
        self._lookout = Lookout(evaluations, clock)
        self._store = store
        self._clock = clock
        self._followed: frozenset[str] = frozenset()

    async def poll_once(self, now: datetime) -> PollReport:
        """Poll as of ``now``, which all replicas agree on; aware, UTC.

        Raises:
            TogetherError: a list did not come or could not be read; nothing was changed.
            StoreError: the database failed; nothing was changed.
        """
        began = self._clock.monotonic()
        unfinished = await self._store.unfinished()
        followed = [seen.id for seen in unfinished]
        sight = await self._lookout.look([*followed, *self._followed], now=now)
        lost = self._lookout.lost(unfinished, sight, now=now)
        ids = sight.ids
        decisions: list[_Decision] = []

        def decide_now(known: Known) -> Changes:
            decisions.append(_decide(known, sight, lost, now=now))
            return decisions[-1].changes

        new = await self._store.record(
            ids.union(lost), decide_now, recheck_since=now - RECHECK, now=now
        )
        decision = decisions[-1]
        self._followed = decision.followed
        _log(decision, lost)
        counts = Counter(transition.reason for transition in decision.transitions)
        del counts[Reason.UNCHANGED]
        return PollReport(
            calls=sight.calls,
            jobs=len(ids),
            unreadable=sight.unreadable,
            missing=sight.missing,
            unanswered=sight.unanswered,
            transitions=counts,
            new_rows=len(new),
            saturated=decision.saturated,
            lag_seconds=_lag_seconds(decision.transitions, now=now),
            seconds=self._clock.monotonic() - began,
        )


def _decide(known: Known, sight: Sight, lost: Collection[str], *, now: datetime) -> _Decision:
    baseline = BASELINE_DONE not in known.settings
    mark = known.settings.get(WATERMARK)
    transitions = observe(
        known.seen,
        sight.jobs,
        now=now,
        watermark=None if mark is None else datetime.fromisoformat(mark),
        baseline=baseline,
    )
    settings = {}
    if baseline:
        newest = watermark_of(sight.jobs, now=now)
        settings = {
            BASELINE_DONE: now.isoformat(),
            WATERMARK: None if newest is None else newest.isoformat(),
        }
    done = watches_done(transitions, known.ended_lately, known.watches)
    changes = Changes(
        seen=[*_written(transitions), *_given_up(known, lost, now=now)],
        rows=route(transitions, known.ended_lately, known.watches, known.muted, now=now),
        settings=settings,
        ended_watches=done,
    )
    return _Decision(
        changes=changes,
        transitions=transitions,
        followed=frozenset(
            watch.job for watch in known.watches if watch.job and watch.number not in done
        ),
        saturated=_is_saturated(known, sight, baseline=baseline),
    )


def _written(transitions: list[Transition]) -> list[SeenJob]:
    return [one.seen for one in transitions if one.seen is not one.before]


def _given_up(known: Known, lost: Collection[str], *, now: datetime) -> list[SeenJob]:
    """They keep their status, so that they are news should they ever come back and end."""
    seen = [known.seen[job_id] for job_id in lost if job_id in known.seen]
    return [replace(one, ended_at=now) for one in seen if one.ended_at is None]


def _is_saturated(known: Known, sight: Sight, *, baseline: bool) -> bool:
    """Whether a list was too short for what there is.

    Ended jobs pile up for ever, so their lists are full sooner or later. That hides something only
    when more ended since the last poll than a list holds: then nothing on it was known before.
    """
    return sight.hidden or any(
        status in ACTIVE or not (baseline or ids & known.seen.keys())
        for status, ids in sight.full.items()
        if status is not None
    )


def _lag_seconds(transitions: list[Transition], *, now: datetime) -> float | None:
    ends = [one.seen.job.updated_at for one in transitions if one.reason in _ENDED]
    lags = [(now - at).total_seconds() for at in ends if at is not None]
    return max(0.0, *lags) if lags else None


def _log(decision: _Decision, lost: Collection[str]) -> None:
    for one in decision.transitions:
        if one.reason not in _QUIET:
            details = {"reason": str(one.reason), "job": one.seen.id, "status": one.seen.job.status}
            logger.info("a job moved", extra=details)
    for job_id in lost:
        logger.warning("a job is given up: Together shows no end", extra={"job": job_id})
