"""What Together shows under every fault, and a model of which rows that has to lead to."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

from bot.domain.commands import Event
from bot.domain.errors import JobNotFound, TogetherUnreachable
from bot.domain.jobs import TERMINAL, EvaluationJob, JobList, Status
from bot.domain.outbox import Kind
from bot.domain.routing import RECHECK
from bot.domain.transitions import EMPTY_BASELINE_MARGIN
from bot.domain.watches import Watch

UNHEARD_OF = "warming_up"
"""A status that leads nowhere that the bot knows of."""


@dataclass
class Together:
    """What is true, and what is told of it. ``shown`` is what the poll at hand was told."""

    jobs: dict[str, EvaluationJob] = field(default_factory=dict)
    cap: int | None = None
    shuffled: Random | None = None
    regressed: set[str] = field(default_factory=set)
    unlisted: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    fails_at: int | None = None
    calls: int = 0
    shown: dict[str, EvaluationJob] = field(default_factory=dict)
    looked_up: int = 0
    in_vain: set[str] = field(default_factory=set)

    async def list_jobs(self, *, status: str | None, limit: int | None) -> JobList:
        self._weather()
        told = [self._told(job) for job in self.jobs.values()]
        there = [
            job
            for job in told
            if job.id not in self.unlisted | self.unknown and status in {None, job.status}
        ]
        if self.shuffled is not None:
            self.shuffled.shuffle(there)
        listed = there[::-1][: min(limit or 10, self.cap or 100)]
        self.shown |= {job.id: job for job in listed}
        return JobList(jobs=tuple(listed))

    async def get_job(self, job_id: str) -> EvaluationJob:
        self._weather()
        self.looked_up += 1
        if job_id in self.unknown or self.jobs[job_id].status == UNHEARD_OF:
            self.in_vain.add(job_id)
        if job_id in self.unknown:
            raise JobNotFound(job_id)
        job = self._told(self.jobs[job_id])
        self.shown[job_id] = job
        return job

    def lift_faults(self) -> None:
        self.cap = self.shuffled = self.fails_at = None
        for ids in (self.regressed, self.unlisted, self.unknown, self.bare):
            ids.clear()

    def _told(self, job: EvaluationJob) -> EvaluationJob:
        if job.id in self.regressed and job.status in TERMINAL:
            job = replace(job, status=Status.RUNNING)
        if job.id in self.bare:
            job = EvaluationJob(id=job.id, status=job.status)
        return job

    def _weather(self) -> None:
        self.calls += 1
        if self.fails_at is not None and self.calls >= self.fails_at:
            raise TogetherUnreachable("no answer")


@dataclass
class Tale:
    """What polls were shown of one job."""

    ran: bool = False
    ended_at: datetime | None = None
    status: str = ""
    epoch: int = 0
    silent: bool = False
    name: str = ""


@dataclass
class Truth:
    """Which rows there have to be: (kind, job, epoch, channel), and whether they are muted."""

    tales: dict[str, Tale] = field(default_factory=dict)
    baseline_at: datetime | None = None
    watermark: datetime | None = None
    rows: dict[tuple[Kind, str, int, str], bool] = field(default_factory=dict)

    def take_in(
        self,
        shown: dict[str, EvaluationJob],
        watches: tuple[Watch, ...],
        muted: set[str],
        now: datetime,
    ) -> None:
        is_first = self.baseline_at is None
        if is_first:
            self.baseline_at = now
            times = [at for job in shown.values() for at in (job.created_at, job.updated_at) if at]
            self.watermark = max(times, default=None) if shown else now - EMPTY_BASELINE_MARGIN
        for job in shown.values():
            is_new = job.id not in self.tales
            tale = self.tales.setdefault(job.id, Tale())
            before = replace(tale)
            tale.name = tale.name or (job.models[0].name if job.models else "")
            for kind in self._moves(tale, job, is_new=is_new, is_first=is_first, now=now):
                self._tell(kind, job.id, tale, epoch=tale.epoch, watches=watches, muted=muted)
                if kind is Kind.CORRECTED:
                    misled = tuple(w for w in watches if w.since <= (before.ended_at or now))
                    self._tell(
                        Kind.ENDED, job.id, before, epoch=tale.epoch, watches=misled, muted=muted
                    )
        for job_id, tale in self.tales.items():
            lately = tale.ended_at is not None and tale.ended_at >= now - RECHECK
            if lately and not tale.silent and tale.epoch == 0:
                began = tuple(w for w in watches if w.since <= (tale.ended_at or now))
                self._tell(Kind.ENDED, job_id, tale, epoch=0, watches=began, muted=muted)

    def _moves(
        self, tale: Tale, job: EvaluationJob, *, is_new: bool, is_first: bool, now: datetime
    ) -> list[Kind]:
        if job.status == Status.RUNNING and not tale.ran and tale.ended_at is None:
            tale.ran = True
            tale.status = job.status
            return [] if is_first else [Kind.STARTED]
        if job.status not in TERMINAL or job.status == tale.status:
            return []
        corrects = tale.ended_at is not None
        tale.status, tale.ended_at, tale.epoch = job.status, now, tale.epoch + corrects
        if is_new:
            mark = self.watermark
            is_old = job.updated_at is not None and mark is not None and job.updated_at < mark
            tale.silent = is_first or is_old
        if tale.silent:
            return []
        return [Kind.CORRECTED if corrects else Kind.ENDED]

    def _tell(
        self,
        kind: Kind,
        job_id: str,
        tale: Tale,
        *,
        epoch: int,
        watches: tuple[Watch, ...],
        muted: set[str],
    ) -> None:
        event = Event.STARTED if kind is Kind.STARTED else Event(tale.status)
        for watch in watches:
            part = watch.filter.model
            meant = watch.job == job_id if watch.job else part is None or part in tale.name
            if meant and event in watch.events:
                told = Kind.STARTED if kind is Kind.STARTED else Kind.ENDED
                key = (told, job_id, epoch, watch.channel)
                self.rows.setdefault(key, watch.channel in muted)
