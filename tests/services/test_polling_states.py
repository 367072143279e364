"""The poller and its store against a model, under everything that Together and a machine can do.

The model is told what Together showed in each poll that succeeded, and says from that alone which
rows there have to be: these, each once, and no others. At the end every fault is lifted, and what
really happened decides: no end of a job that a watch waited for may be without its row.
"""

from collections.abc import Coroutine
from dataclasses import replace
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
from bot.domain.errors import StoreUnavailable, TogetherError
from bot.domain.jobs import TERMINAL, EvaluationJob, Model, Status
from bot.domain.notices import GROUP_ABOVE
from bot.domain.outbox import Kind, NewRow, Row, State
from bot.domain.watches import DEFAULT_EVENTS, NewWatch
from bot.ports import Mute
from bot.services.lookout import MOST_LOOKUPS
from bot.services.polling import Poller
from tests.fake_store import FakeStore
from tests.fakes import FakeClock
from tests.services.polling_model import UNHEARD_OF, Together, Truth

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
        self.watched: set[int] = set()

    # Together

    @initialize(old=st.integers(0, 8), skew=st.sampled_from((-30, 0, 30)))
    def a_world_with_a_past(self, old: int, skew: int) -> None:
        self.skew = timedelta(minutes=skew)
        for number in range(old):
            self._create(Status.RUNNING if number % 4 == 0 else ENDS[number % 3], count=1)
            self._pass(60)

    @precondition(lambda self: len(self.together.jobs) < MOST_JOBS)
    @rule(status=st.sampled_from((Status.PENDING, Status.RUNNING, UNHEARD_OF)))
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
        self.together.shown, self.together.calls, self.together.looked_up = {}, 0, 0
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
        if self.together.fails_at is None and self.together.looked_up < MOST_LOOKUPS:
            self.nobody_is_forgotten()
            self.watched = {watch.number for watch in watches}

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
        self.watched = set()

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

    def nobody_is_forgotten(self) -> None:
        """What was seen under way, or is watched by its id, ends in the poll after it has ended.

        Whoever was once looked for in vain may be looked for later.
        """
        together = self.together
        uncertain = together.unknown | together.regressed | together.in_vain
        ended = {job.id for job in together.jobs.values() if job.status in TERMINAL} - uncertain
        assert not ended & {name for name, tale in self.truth.tales.items() if not tale.ended_at}
        for watch in drive(self.store.watches()):
            assert watch.number not in self.watched or watch.job not in ended

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
