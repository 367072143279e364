"""One question to Together for all who ask it at once, and old answers while Together is away."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from bot.domain.errors import (
    JobNotFound,
    TogetherBusy,
    TogetherError,
    TogetherGarbled,
    TogetherUnreachable,
)
from bot.domain.jobs import EvaluationJob, JobList
from bot.domain.selection import Question
from bot.ports import Clock, Evaluations

REUSE_SECONDS = 5.0
"""How long an answer serves again for the same question."""

KEPT_SECONDS = 86_400.0
"""How old an answer may be to stand in while Together is away."""

KEPT_QUESTIONS = 64

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T_co]):
    """What Together said, and when.

    Attributes:
        fetched_at: aware, UTC.
        outage: why this is an older answer; None when Together gave it just now.
    """

    value: T_co
    fetched_at: datetime
    outage: TogetherError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    answer: Answer[Any]
    at: float
    """On the monotonic clock."""


class _Flight:
    """A question on its way, and how many wait for its answer."""

    def __init__(self, task: "asyncio.Task[Answer[Any]]") -> None:
        self.task = task
        self.waiting = 0
        # When nobody waits any more, nobody else looks at how it ended.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())


class SharedEvaluations:
    """Together's evaluation jobs for many askers.

    Attributes:
        last_answer_at: when Together last gave a usable answer; "no such job" is one.
        last_failure: when it last gave none, and why.
        calls: how many questions went upstream.
    """

    def __init__(self, evaluations: Evaluations, clock: Clock) -> None:
        self.last_answer_at: datetime | None = None
        self.last_failure: tuple[datetime, TogetherError] | None = None
        self.calls = 0
        self._evaluations = evaluations
        self._clock = clock
        self._flights: dict[Hashable, _Flight] = {}
        self._kept: dict[Hashable, _Kept] = {}

    async def list_jobs(
        self, *, status: str | None, limit: int | None, fresh: bool = False
    ) -> Answer[JobList]:
        """Ask the list endpoint. None leaves an option out.

        An answer of the last seconds serves again unless ``fresh``. Whoever asks while the same
        question is on its way waits for that answer, ``fresh`` or not: nobody has seen it yet.

        Raises:
            TogetherError: no usable answer, and no older one that may stand in.
        """

        async def call() -> JobList:
            return await self._evaluations.list_jobs(status=status, limit=limit)

        return await self._ask(Question(status=status, limit=limit), call, fresh=fresh)

    async def get_job(self, job_id: str, *, fresh: bool = False) -> Answer[EvaluationJob]:
        """Ask for one job by its whole id; shared like ``list_jobs``.

        Raises:
            JobNotFound: Together knows no such job.
            TogetherError: no usable answer, and no older one that may stand in.
        """

        async def call() -> EvaluationJob:
            return await self._evaluations.get_job(job_id)

        return await self._ask(job_id, call, fresh=fresh)

    async def _ask(
        self, question: Hashable, call: Callable[[], Awaitable[T]], *, fresh: bool
    ) -> Answer[T]:
        kept = self._kept.get(question)
        if kept is not None and not fresh and self._age(kept) < REUSE_SECONDS:
            return kept.answer
        try:
            return await self._join(question, call)
        except (TogetherUnreachable, TogetherBusy, TogetherGarbled) as outage:
            kept = self._kept.get(question)
            if kept is None or self._age(kept) > KEPT_SECONDS:
                raise
            return replace(kept.answer, outage=outage)

    async def _join(self, question: Hashable, call: Callable[[], Awaitable[T]]) -> Answer[T]:
        """Wait for the flight of this question, which begins now if there is none."""
        flight = self._flights.get(question)
        if flight is None:
            flight = _Flight(asyncio.create_task(self._fly(question, call)))
            self._flights[question] = flight
        flight.waiting += 1
        try:
            await asyncio.wait({flight.task})
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                flight.task.cancel()
            if (flight.task.done() or not flight.waiting) and self._flights.get(question) is flight:
                del self._flights[question]
        return flight.task.result()

    async def _fly(self, question: Hashable, call: Callable[[], Awaitable[T]]) -> Answer[T]:
        """Ask upstream and remember how it went."""
        self.calls += 1
        try:
            value = await call()
        except JobNotFound:
            self.last_answer_at = self._clock.now()
            self._kept.pop(question, None)
            raise
        except TogetherError as error:
            self.last_failure = (self._clock.now(), error)
            raise
        answer = Answer(value=value, fetched_at=self._clock.now())
        self.last_answer_at = answer.fetched_at
        # The newest last, so that the first one is the longest unasked.
        self._kept.pop(question, None)
        self._kept[question] = _Kept(answer=answer, at=self._clock.monotonic())
        if len(self._kept) > KEPT_QUESTIONS:
            del self._kept[next(iter(self._kept))]
        return answer

    def _age(self, kept: _Kept) -> float:
        return self._clock.monotonic() - kept.at
