"""Lookups: a list or one job, asked of Together and drawn; old answers where Together is away."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.commands import MAX_LIMIT
from bot.domain.errors import JobNotFound, TogetherError, TogetherRefused
from bot.domain.jobs import EvaluationJob
from bot.domain.selection import find_by_reference, questions, select
from bot.ports import Clock
from bot.rendering.controls import JobView, ListView
from bot.rendering.jobs import job_card
from bot.rendering.kit import Message
from bot.rendering.lists import candidates, job_list
from bot.rendering.problems import stale_notice
from bot.services import incidents
from bot.services.sharing import Answer, SharedEvaluations


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The jobs that a reference names, at least one, and the answer in which they were found."""

    jobs: tuple[EvaluationJob, ...]
    answer: Answer[Any]


class Lookup:
    """The three questions a person can ask. ``fresh`` takes no answer that was given before."""

    def __init__(self, evaluations: SharedEvaluations, clock: Clock) -> None:
        self._evaluations = evaluations
        self._clock = clock

    async def list(self, view: ListView, *, fresh: bool = False) -> Message:
        """One page of the jobs that match; several statuses are asked for at once.

        Raises:
            TogetherError: no answer, and no older one to show.
        """
        answers = await asyncio.gather(
            *(
                self._evaluations.list_jobs(status=ask.status, limit=ask.limit, fresh=fresh)
                for ask in questions(view.query, page=view.page)
            )
        )
        page = select(
            view.query,
            [answer.value for answer in answers],
            page=view.page,
            now=self._clock.now(),
        )
        fetched_at = min(answer.fetched_at for answer in answers)
        return job_list(
            page,
            view.query,
            fetched_at=fetched_at,
            notice=_notice(answers, fetched_at=fetched_at),
            shared_by=view.shared_by,
        )

    async def job(self, view: JobView, *, fresh: bool = False) -> Message:
        """One job by its whole id.

        Raises:
            JobNotFound: Together knows no such job.
            TogetherError: no answer, and no older one to show.
        """
        answer = await self._evaluations.get_job(view.job_id, fresh=fresh)
        return _card(answer.value, view, answer)

    async def find(self, reference: str, *, public: bool = False) -> Message:
        """One job by its id or the beginning of it; several are listed.

        Raises:
            JobNotFound: nothing begins like that among the jobs that Together lists.
            TogetherError: no answer, and no older one to show.
        """
        named = await self.named(reference)
        job = named.jobs[0]
        if len(named.jobs) > 1:
            notice = _notice([named.answer], fetched_at=named.answer.fetched_at)
            return candidates(reference, named.jobs, notice=notice)
        return _card(job, JobView(job_id=job.id, public=public), named.answer)

    async def named(self, reference: str, *, fresh: bool = False) -> Named:
        """What a whole id or the beginning of one names.

        Raises:
            JobNotFound: nothing begins like that among the jobs that Together lists.
            TogetherError: no answer, and no older one to show.
        """
        try:
            answer = await self._evaluations.get_job(reference, fresh=fresh)
        except (JobNotFound, TogetherRefused) as refusal:
            # How Together answers the beginning of an id is not documented.
            listed = await self._evaluations.list_jobs(status=None, limit=MAX_LIMIT, fresh=fresh)
            found = find_by_reference(reference, listed.value.jobs)
            if not found:
                raise JobNotFound(reference, detail=refusal.detail) from None
            return Named(jobs=found, answer=listed)
        return Named(jobs=(answer.value,), answer=answer)


def _card(job: EvaluationJob, view: JobView, answer: Answer[Any]) -> Message:
    notice = _notice([answer], fetched_at=answer.fetched_at)
    return job_card(job, view, fetched_at=answer.fetched_at, notice=notice)


def _notice(answers: Sequence[Answer[Any]], *, fetched_at: datetime) -> Message:
    """Why an answer is old, or nothing."""
    outages: list[TogetherError] = [a.outage for a in answers if a.outage is not None]
    if not outages:
        return Message(text="")
    reference = incidents.record(outages[0])
    return stale_notice(outages[0], fetched_at=fetched_at, reference=reference)
