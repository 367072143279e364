"""One typed fake per port. They keep state to assert on; none counts calls for its own sake."""

import asyncio
import heapq
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.errors import BotError, JobNotFound, SlackError
from bot.domain.jobs import EvaluationJob, JobList
from bot.ports import Audience, Room
from bot.rendering.kit import Message

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class FakeClock:
    """Time that passes when a test says so: ``advance`` wakes those whose sleep is over."""

    def __init__(self, start: datetime = NOON) -> None:
        self._start = start
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        due: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), due))
        await due

    async def advance(self, seconds: float) -> None:
        """Let time pass, waking each sleeper at its own moment and letting it run."""
        end = self._elapsed + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            moment, _, due = heapq.heappop(self._sleepers)
            self._elapsed = max(self._elapsed, moment)
            if not due.done():
                due.set_result(None)
            await settle()
        self._elapsed = end


class PatientClock(FakeClock):
    """Whose sleeps are over at once, and have taken their time all the same."""

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._elapsed += seconds
        await asyncio.sleep(0)


async def settle() -> None:
    """Let every task that can run do so."""
    for _ in range(20):
        await asyncio.sleep(0)


@dataclass
class FakeEvaluations:
    """Together with the jobs it is given. ``failure`` is raised by every call while it is set.

    ``gate``, while set, holds every answer back until the event comes.
    """

    jobs: list[EvaluationJob] = field(default_factory=list)
    failure: BotError | None = None
    gate: asyncio.Event | None = None
    unreadable: int = 0
    asked: list[tuple[str | None, int | None]] = field(default_factory=list)
    asked_ids: list[str] = field(default_factory=list)

    async def list_jobs(self, *, status: str | None, limit: int | None) -> JobList:
        self.asked.append((status, limit))
        await self._weather()
        matching = [job for job in self.jobs if status is None or job.status == status]
        return JobList(jobs=tuple(matching[: limit or 10]), unreadable=self.unreadable)

    async def get_job(self, job_id: str) -> EvaluationJob:
        self.asked_ids.append(job_id)
        await self._weather()
        for job in self.jobs:
            if job.id == job_id:
                return job
        raise JobNotFound(job_id)

    async def _weather(self) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.failure is not None:
            raise self.failure


@dataclass
class FakeReplies:
    """Remembers what was sent, where to, and for whom."""

    sent: list[tuple[str, Message, Audience]] = field(default_factory=list)
    failure: SlackError | None = None

    async def send(self, response_url: str, message: Message, *, to: Audience) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append((response_url, message, to))


@dataclass
class FakePeople:
    """A workspace whose members are named; ``failure`` stands for a Slack that does not say.

    ``rooms`` are the channels that the bot is not simply in; ``inside`` is who is in which channel.
    """

    members: Iterable[str] = ()
    rooms: dict[str, Room] = field(default_factory=dict)
    inside: set[tuple[str, str]] = field(default_factory=set)
    failure: SlackError | None = None

    async def is_member(self, user_id: str) -> bool:
        self._weather()
        return user_id in set(self.members)

    async def is_in(self, user_id: str, channel: str) -> bool:
        self._weather()
        return (user_id, channel) in self.inside

    async def room(self, channel: str) -> Room:
        self._weather()
        return self.rooms.get(channel, Room.JOINED)

    def _weather(self) -> None:
        if self.failure is not None:
            raise self.failure
