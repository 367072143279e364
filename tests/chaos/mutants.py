"""Rules of the delivery and the poller, each broken on purpose: the checker has to see it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any, cast

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.notifier import SlackNotifier
from bot.app import Parts
from bot.domain.jobs import EvaluationJob, JobList
from bot.domain.outbox import NewRow, Row
from bot.ports import Changes, Evaluations, Known, Notifier, Store
from bot.settings import Settings
from tests.chaos.orders import Mutant

_NAIVE_LIMIT = 10
"""Together's own default."""


def mutate(parts: Parts, mutant: Mutant | None, settings: Settings) -> Parts:
    """The parts with one rule broken."""
    match mutant:
        case "no_reconcile":
            parts = replace(parts, notifier=cast("Notifier", _Blind(parts.notifier)))
        case "no_unique_key":
            parts = replace(parts, store=cast("Store", _Keyless(parts.store)))
        case "mark_before_send":
            parts = replace(parts, store=cast("Store", _Hasty(parts.store)))
        case "sdk_retries":
            parts = replace(parts, notifier=_retrying(settings, parts.pace.deadline))
        case "naive_limit":
            parts = replace(parts, evaluations=_Naive(parts.evaluations))
        case "no_settle":
            parts = replace(parts, pace=replace(parts.pace, settle=0.0))
    return parts


def _retrying(settings: Settings, deadline_seconds: float) -> Notifier:
    """With the SDK's own retry handler, which is on unless somebody turns it off."""
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url
    )
    return SlackNotifier(client, deadline_seconds=deadline_seconds)


class _Blind:
    """Never finds what it looks for."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def __getattr__(self, name: str) -> Any:
        return getattr(self._notifier, name)

    async def find(self, *_: Any, **__: Any) -> None:
        """Not there, whatever it is."""


class _Keyless:
    """Stores each row as a new one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._numbers = count()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def record(
        self,
        job_ids: Collection[str],
        decide: Callable[[Known], Changes],
        *,
        recheck_since: datetime,
        now: datetime,
    ) -> Sequence[NewRow]:
        def deciding(known: Known) -> Changes:
            changes = decide(known)
            rows = [
                replace(row, key=f"{row.key}:{now.timestamp()}:{next(self._numbers)}")
                for row in changes.rows
            ]
            return replace(changes, rows=rows)

        return await self._store.record(job_ids, deciding, recheck_since=recheck_since, now=now)


class _Hasty:
    """Marks a row as sent as soon as it is claimed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def claim(self, *, now: datetime, **more: Any) -> tuple[Row, ...]:
        rows = await self._store.claim(now=now, **more)
        for row in rows:
            await self._store.sent(row, channel=row.channel, ts="0", thread_ts=None, now=now)
        return rows


class _Naive:
    """Asks once, for as many jobs as Together lists by itself."""

    def __init__(self, evaluations: Evaluations) -> None:
        self._evaluations = evaluations

    async def list_jobs(self, *, status: str | None, limit: int | None) -> JobList:
        """The first ten, and no hint that there are more."""
        del limit
        return await self._evaluations.list_jobs(status=status, limit=_NAIVE_LIMIT)

    async def get_job(self, job_id: str) -> EvaluationJob:
        """As it is."""
        return await self._evaluations.get_job(job_id)
