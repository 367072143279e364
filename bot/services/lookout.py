"""What Together shows in one poll, and how much is asked for to see it.

The list is asked for whole, since its order means nothing that we know of. When it is full, or
leaves out a job that we follow, each status is asked for too; what is then still missing is asked
for by its id.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.commands import MAX_LIMIT
from bot.domain.errors import JobNotFound, TogetherError, TogetherGarbled
from bot.domain.jobs import ACTIVE, TERMINAL, EvaluationJob, JobList, Status
from bot.domain.seen import SeenJob
from bot.ports import Clock, Evaluations
from bot.services.absentees import Absentees

logger = logging.getLogger(__name__)

MOST_LOOKUPS = 20
LOOKUP_SECONDS = 10.0
"""No look-up by id begins later than this after the first one of a poll."""


@dataclass(slots=True, kw_only=True)
class Sight:
    """What Together showed.

    Attributes:
        jobs: in the order of asking; the same one may be there repeatedly.
        full: by status, the ids on each list that was as long as a list can be; None is all.
        calls: questions to Together.
        unreadable: rows that could not be read.
        missing: ids that Together said it does not know.
        unanswered: look-ups by id that failed otherwise.
        hidden: an unfinished job is there by its id and on no list.
    """

    jobs: list[EvaluationJob] = field(default_factory=list)
    full: dict[str | None, frozenset[str]] = field(default_factory=dict)
    calls: int = 0
    unreadable: int = 0
    missing: int = 0
    unanswered: int = 0
    hidden: bool = False

    @property
    def ids(self) -> set[str]:
        """Of all jobs that were shown."""
        return {job.id for job in self.jobs}

    def add(self, status: str | None, answer: JobList) -> None:
        """Take in the list of one status, or of all."""
        self.jobs += answer.jobs
        self.unreadable += answer.unreadable
        if len(answer.jobs) + answer.unreadable >= MAX_LIMIT:
            self.full[status] = frozenset(job.id for job in answer.jobs)


class Lookout:
    """Looks for all jobs that there are, and for those that we follow above all."""

    def __init__(self, evaluations: Evaluations, clock: Clock) -> None:
        self._evaluations = evaluations
        self._clock = clock
        self._absentees = Absentees()

    async def look(self, followed: Sequence[str], *, now: datetime) -> Sight:
        """See what there is. A list has to come; a look-up that fails comes again next time.

        Args:
            followed: ids of jobs whose end is waited for.
            now: this poll's time; aware, UTC.

        Raises:
            TogetherError: a list did not come, or not one row of it could be read.
        """
        sight = Sight()
        await self._list(sight, None)
        if sight.unreadable and not sight.jobs:
            raise TogetherGarbled("not one row of the list could be read")
        due = self._absentees.due(_without(followed, sight.ids), now=now)
        if sight.full or due:
            # In the order of a job's life: one that moves on meanwhile is seen twice, not never.
            for status in Status:
                await self._list(sight, status)
            await self._look_up(_without(due, sight.ids), sight, now=now)
        return sight

    def lost(self, followed: Iterable[SeenJob], sight: Sight, *, now: datetime) -> list[str]:
        """The ids of those that were looked for in vain for too long."""
        shown = sight.ids
        return [
            seen.id
            for seen in followed
            if seen.id not in shown and self._absentees.is_lost(seen, now=now)
        ]

    async def _list(self, sight: Sight, status: str | None) -> None:
        sight.calls += 1
        sight.add(status, await self._evaluations.list_jobs(status=status, limit=MAX_LIMIT))

    async def _look_up(self, absent: Sequence[str], sight: Sight, *, now: datetime) -> None:
        began = self._clock.monotonic()
        for job_id in absent[:MOST_LOOKUPS]:
            if self._clock.monotonic() - began > LOOKUP_SECONDS:
                break
            sight.calls += 1
            try:
                job = await self._evaluations.get_job(job_id)
            except JobNotFound:
                sight.missing += 1
                self._absentees.note(job_id, in_vain=True, now=now)
                continue
            except TogetherError as error:
                sight.unanswered += 1
                self._absentees.note(job_id, in_vain=False, now=now)
                logger.warning("a look-up failed", extra={"job": job_id, "reason": str(error)})
                break
            leads_on = job.status in ACTIVE | TERMINAL
            self._absentees.note(job_id, in_vain=not leads_on, now=now)
            sight.jobs.append(job)
            sight.hidden |= job.status in ACTIVE


def _without(ids: Iterable[str], shown: set[str]) -> list[str]:
    return [job_id for job_id in ids if job_id not in shown]
