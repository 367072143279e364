"""A poller with a Together and a store in memory, for the tests of what it asks and believes."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.errors import TogetherError
from bot.domain.jobs import EvaluationJob, JobList
from bot.domain.outbox import Kind, NewRow
from bot.domain.watches import DEFAULT_EVENTS, NewWatch, Watch
from bot.ports import Changes, Known
from bot.services.polling import Poller, PollReport
from tests.fake_store import FakeStore
from tests.fakes import NOON, FakeEvaluations, PatientClock

CHANNEL = "C0EVALS"


@dataclass
class Together(FakeEvaluations):
    """Lists can leave jobs out or fail by their status; look-ups can fail or be slow."""

    unlisted: set[str] = field(default_factory=set)
    refused: dict[str | None, TogetherError] = field(default_factory=dict)
    slow: Callable[[], object] = lambda: None

    async def list_jobs(self, *, status: str | None, limit: int | None) -> JobList:
        answer = await super().list_jobs(status=status, limit=limit)
        if status in self.refused:
            raise self.refused[status]
        return replace(
            answer, jobs=tuple(job for job in answer.jobs if job.id not in self.unlisted)
        )

    async def get_job(self, job_id: str) -> EvaluationJob:
        self.slow()
        if job_id in self.refused:
            self.asked_ids.append(job_id)
            raise self.refused[job_id]
        return await super().get_job(job_id)

    def put(self, status: str, *names: str, at: datetime | None = NOON) -> None:
        """Have these jobs, newest first, in this status since ``at``."""
        self.jobs = [job for job in self.jobs if job.id not in names]
        fresh = [EvaluationJob(id=name, status=status, updated_at=at) for name in names]
        self.jobs = fresh + self.jobs


class WrittenStore(FakeStore):
    """Remembers what the last poll decided."""

    changes = Changes()

    async def record(
        self,
        job_ids: Collection[str],
        decide: Callable[[Known], Changes],
        *,
        recheck_since: datetime,
        now: datetime,
    ) -> Sequence[NewRow]:
        def remembered(known: Known) -> Changes:
            decide(known)  # a database may ask twice
            self.changes = decide(known)
            return self.changes

        return await super().record(job_ids, remembered, recheck_since=recheck_since, now=now)


class Scene:
    """A bot after its baseline, unless told otherwise, whose only channel watches everything."""

    def __init__(self) -> None:
        self.clock = PatientClock()
        self.store = WrittenStore(self.clock)
        self.together = Together()
        self.poller = Poller(self.together, self.store, self.clock)

    async def poll(self, *, after: float = 30) -> PollReport:
        await self.clock.advance(after)
        self.together.asked.clear()
        self.together.asked_ids.clear()
        return await self.poller.poll_once(self.clock.now())

    async def watch(self, *, job: str | None = None) -> Watch:
        return await self.store.add_watch(
            NewWatch(channel=CHANNEL, job=job, events=DEFAULT_EVENTS, since=self.clock.now())
        )

    def told(self) -> list[str]:
        return [row.subject for row in self.store.outbox.values() if row.kind is Kind.ENDED]

    def memory(self) -> tuple[object, ...]:
        return (dict(self.store.jobs), dict(self.store.settings), dict(self.store.outbox))


async def after_the_baseline() -> Scene:
    """A scene with one old job that was there before, and one watch of everything."""
    scene = Scene()
    scene.together.put("completed", "eval-old", at=NOON - timedelta(days=1))
    await scene.poll()
    await scene.watch()
    return scene
