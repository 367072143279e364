"""The poller and its store against a model, under everything that Together and a machine can do.

The model is told what Together showed in each poll that succeeded, and says from that alone which
rows there have to be: these, each once, and no others. At the end every fault is lifted, and what
really happened decides: no end of a job that a watch waited for may be without its row.
"""

from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from bot.domain.commands import Event, JobFilter
from bot.domain.errors import JobNotFound, StoreUnavailable, TogetherError, TogetherUnreachable
from bot.domain.jobs import TERMINAL, EvaluationJob, JobList, Model, Status
from bot.domain.notices import GROUP_ABOVE
from bot.domain.outbox import Kind, NewRow, Row, State
from bot.domain.routing import RECHECK
from bot.domain.transitions import EMPTY_BASELINE_MARGIN
from bot.domain.watches import DEFAULT_EVENTS, NewWatch, Watch
from bot.ports import Mute
from bot.services.polling import Poller
from tests.fake_store import FakeStore
from tests.fakes import FakeClock

T = TypeVar("T")

CHANNELS = ("C0ONE", "C0TWO", "C0THREE")
ENDS = (Status.COMPLETED, Status.ERROR, Status.USER_ERROR)
MOST_JOBS = 90
"""Below what one list holds, so that everything is in view once every fault is lifted."""


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for nothing outside of itself."""
    while True:
        try:
            work.send(None)
        except StopIteration as done:
            result: T = done.value
            return result


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
        if job_id in self.unknown or job_id not in self.jobs:
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


class PollingMachine(RuleBasedStateMachine):
    """Each rule takes some time; Together's clock is not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.store = FakeStore(self.clock)
        self.together = Together()
        self.poller = Poller(self.together, self.store, self.clock)
        self.truth = Truth()
        self.skew = timedelta(0)
        self.really_ended: dict[str, datetime] = {}

    # Together

    @initialize(old=st.integers(0, 8), skew=st.sampled_from((-30, 0, 30)))
    def a_world_with_a_past(self, old: int, skew: int) -> None:
        self.skew = timedelta(minutes=skew)
        for number in range(old):
            self._create(Status.RUNNING if number % 4 == 0 else ENDS[number % 3], count=1)
            self._pass(60)

    @precondition(lambda self: len(self.together.jobs) < MOST_JOBS)
    @rule(status=st.sampled_from((Status.PENDING, Status.RUNNING, "warming_up")))
    def create(self, status: str) -> None:
        self._create(status, count=1)

    @precondition(lambda self: len(self.together.jobs) < MOST_JOBS)
    @rule(status=st.sampled_from((Status.RUNNING, *ENDS)))
    def create_without_details(self, status: Status) -> None:
        self.together.bare = self.together.bare | {self._create(status, count=1)}

    @precondition(lambda self: len(self.together.jobs) < MOST_JOBS - 12)
    @rule(count=st.integers(2, 12), status=st.sampled_from((Status.QUEUED, *ENDS)))
    def burst(self, count: int, status: str) -> None:
        self._create(status, count=count)

    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        self._move(data, Status.RUNNING)

    @rule(data=st.data(), status=st.sampled_from(ENDS), count=st.integers(1, 8))
    def finish(self, data: st.DataObject, status: Status, count: int) -> None:
        for _ in range(count):
            self._move(data, status)

    @rule(data=st.data())
    def end_otherwise(self, data: st.DataObject) -> None:
        ended = sorted(job.id for job in self.together.jobs.values() if job.status in TERMINAL)
        if ended:
            job_id = data.draw(st.sampled_from(ended))
            [status, *_] = (end for end in ENDS if end != self.together.jobs[job_id].status)
            self._put(job_id, status)

    # Faults

    @rule(cap=st.none() | st.integers(1, 12))
    def cap(self, cap: int | None) -> None:
        self.together.cap = cap

    @rule(seed=st.none() | st.integers(0, 99))
    def shuffle(self, seed: int | None) -> None:
        self.together.shuffled = None if seed is None else Random(seed)

    @rule(data=st.data(), fault=st.sampled_from(("regressed", "unlisted", "unknown", "bare")))
    def afflict(self, data: st.DataObject, fault: str) -> None:
        ids = sorted(self.together.jobs)
        if ids:
            chosen = data.draw(st.sets(st.sampled_from(ids), max_size=10))
            setattr(self.together, fault, chosen)

    @rule()
    def recover(self) -> None:
        self.together.lift_faults()

    # The bot

    @rule()
    def poll(self) -> None:
        self._pass(30)
        self.together.shown, self.together.calls = {}, 0
        now = self.clock.now()
        before, watches = self._memory(), drive(self.store.watches())
        muted = {channel for channel, (mute, _) in self.store.mutes.items() if mute.until > now}
        try:
            drive(self.poller.poll_once(now))
        except TogetherError:
            assert self._memory() == before, "a poll that failed has changed what is known"
            return
        self.truth.take_in(self.together.shown, watches, muted, now)
        self.rows_are_those_of_the_model()
        self.groups_say_what_they_cover()

    @rule(at=st.integers(1, 30))
    def fail_a_poll(self, at: int) -> None:
        self.together.fails_at = at
        self.poll()
        self.together.fails_at = None

    @rule()
    def lose_the_database_for_a_poll(self) -> None:
        self.store.failure = StoreUnavailable("gone")
        before = self._memory()
        try:
            drive(self.poller.poll_once(self.clock.now()))
        except StoreUnavailable:
            assert self._memory() == before
        self.store.failure = None

    @rule()
    def restart(self) -> None:
        self.poller = Poller(self.together, self.store, self.clock)

    @rule(hours=st.sampled_from((1, 30, 24 * 9)))
    def be_down(self, hours: int) -> None:
        self._pass(3600 * hours)
        self.restart()

    # People

    @rule(
        channel=st.sampled_from(CHANNELS),
        part=st.sampled_from((None, "qwen")),
        events=st.sampled_from(
            (DEFAULT_EVENTS, DEFAULT_EVENTS | {Event.STARTED}, frozenset({Event.ERROR}))
        ),
    )
    def watch(self, channel: str, part: str | None, events: frozenset[Event]) -> None:
        self._pass(1)
        self._watch(channel, job=None, part=part, events=events)

    @rule(channel=st.sampled_from(CHANNELS), part=st.sampled_from((None, "qwen")))
    def watch_while_a_poll_is_stored(self, channel: str, part: str | None) -> None:
        self.poll()
        self._watch(channel, job=None, part=part, events=DEFAULT_EVENTS)

    @rule(data=st.data(), channel=st.sampled_from(CHANNELS))
    def watch_one_job(self, data: st.DataObject, channel: str) -> None:
        going = self._under_way()
        if going:
            self._pass(1)
            job_id = data.draw(st.sampled_from(going))
            self._watch(channel, job=job_id, part=None, events=DEFAULT_EVENTS)

    @rule(channel=st.sampled_from(CHANNELS))
    def unwatch(self, channel: str) -> None:
        drive(self.store.end_watches(channel=channel))

    @rule(channel=st.sampled_from(CHANNELS), minutes=st.sampled_from((1, 120)))
    def mute(self, channel: str, minutes: int) -> None:
        now = self.clock.now()
        until = now + timedelta(minutes=minutes)
        key = f"missed:{channel}:{now.isoformat()}"
        row = NewRow(key=key, kind=Kind.MISSED, channel=channel, subject=channel, due_at=until)
        drive(self.store.mute(Mute(channel=channel, since=now, until=until, by="U0MEMBER"), row))

    # What holds

    def rows_are_those_of_the_model(self) -> None:
        keyed = [(_key(row), row.state is State.MUTED) for row in self._notices()]
        assert dict(keyed) == self.truth.rows
        assert len(keyed) == len(self.truth.rows)

    def groups_say_what_they_cover(self) -> None:
        rows = self.store.outbox.values()
        for group in (row for row in rows if row.kind is Kind.GROUP):
            told = [notice["job"]["id"] for notice in group.payload["notices"]]
            covered = [row.subject for row in rows if row.covered_by == group.id]
            assert sorted(told) == sorted(covered)
            assert len(told) > GROUP_ABOVE

    def teardown(self) -> None:
        """Once every fault is lifted, what really happened is all that counts."""
        self.together.lift_faults()
        for _ in range(2):
            self.poll()
        told = {(row.subject, row.channel) for row in self._notices() if row.kind != Kind.STARTED}
        for watch in drive(self.store.watches()):
            assert watch.job is None or self.together.jobs[watch.job].status not in TERMINAL
            if watch.job is not None or watch.filter.model or watch.events < DEFAULT_EVENTS:
                continue
            for job_id, ended_at in self.really_ended.items():
                if ended_at > max(watch.since, self.truth.baseline_at or ended_at):
                    assert (job_id, watch.channel) in told

    # How it is done

    def _pass(self, seconds: float) -> None:
        drive(self.clock.advance(seconds))

    def _create(self, status: str, *, count: int) -> str:
        self._pass(1)
        job_id = ""
        for _ in range(count):
            number = len(self.together.jobs)
            job_id = f"eval-{number:04}"
            name = ("qwen-9b", "gemma-4")[number % 2]
            job = EvaluationJob(
                id=job_id,
                status="",
                models=(Model(name=name),),
                created_at=self.clock.now() + self.skew,
            )
            self.together.jobs[job_id] = job
            self._put(job_id, status)
        return job_id

    def _move(self, data: st.DataObject, status: Status) -> None:
        going = self._under_way()
        if going:
            self._put(data.draw(st.sampled_from(going)), status)

    def _put(self, job_id: str, status: str) -> None:
        self._pass(1)
        now = self.clock.now()
        job = self.together.jobs[job_id]
        if status in TERMINAL:
            self.really_ended.setdefault(job_id, now)
        self.together.jobs[job_id] = replace(job, status=status, updated_at=now + self.skew)

    def _under_way(self) -> list[str]:
        return sorted(job.id for job in self.together.jobs.values() if job.status not in TERMINAL)

    def _watch(
        self, channel: str, *, job: str | None, part: str | None, events: frozenset[Event]
    ) -> None:
        new = NewWatch(
            channel=channel,
            job=job,
            filter=JobFilter(model=part),
            events=events,
            created_by="U0MEMBER",
            since=self.clock.now(),
        )
        drive(self.store.add_watch(new))
        self._pass(1)

    def _notices(self) -> list[Row]:
        kinds = {Kind.STARTED, Kind.ENDED, Kind.CORRECTED}
        return [row for row in self.store.outbox.values() if row.kind in kinds]

    def _memory(self) -> tuple[object, ...]:
        store = self.store
        return (dict(store.jobs), dict(store.outbox), dict(store.settings), dict(store.ended_at))


def _key(row: Row) -> tuple[Kind, str, int, str]:
    _, _, epoch, _ = row.key.split(":")
    told = Kind.STARTED if row.kind is Kind.STARTED else Kind.ENDED
    return (told, row.subject, int(epoch), row.channel)


PollingMachine.TestCase.settings = settings(
    max_examples=300,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestPolling = PollingMachine.TestCase
