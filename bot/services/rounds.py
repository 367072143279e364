"""The poller's rounds: who polls, when, and what an operator should hear of it.

Several replicas poll no more often than one: a lease on the database's time picks who does. They
need no leader to be right, since the store takes each notice once.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import random

from bot.domain.backoff import interval_seconds, pause_seconds
from bot.domain.errors import StoreError, TogetherError, TogetherRefusedKey
from bot.domain.health import PollHealth
from bot.domain.outbox import Kind, NewRow, row_key
from bot.ports import Clock, Store
from bot.services import incidents
from bot.services.polling import Poller, PollReport

logger = logging.getLogger(__name__)

LEASE = "poller"
RETENTION = timedelta(days=90)
_PRUNE_EVERY = timedelta(hours=6)


class Rounds:
    """Polls, waits, polls again, until it is told to stop.

    Args:
        holder: this process, among replicas.
        seconds: between two polls, give or take a tenth.
        operators: channels that are told of what an operator has to mend.
        tell: is told of every finished poll and every failed one.
        wake: is called when there is something to deliver.
    """

    def __init__(
        self,
        poller: Poller,
        store: Store,
        clock: Clock,
        *,
        holder: str,
        seconds: float,
        operators: Sequence[str],
        tell: Callable[[PollReport | TogetherError | StoreError], None],
        wake: Callable[[], None],
    ) -> None:
        self.standing = PollHealth(leads=False)
        self.database_fails = False
        """The last round could not write down what it had to: a full disk, say, can be read."""
        self._poller = poller
        self._store = store
        self._clock = clock
        self._holder = holder
        self._seconds = seconds
        self._operators = operators
        self._tell = tell
        self._wake = wake
        self._failures = 0
        self._pruned_at: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; then the lease is free for another replica."""
        while not stop.is_set():
            await pause(stop, self._clock, seconds=await self.once())
        try:
            await self._store.release_lease(LEASE, holder=self._holder)
        except StoreError as error:
            logger.warning("the lease runs out by itself", extra={"reason": str(error)})

    async def once(self) -> float:
        """One round; return the seconds until the next one."""
        try:
            now = await self._store.now()
            # A poll that takes longer shares the work with another one, which harms nobody.
            until = now + timedelta(seconds=2 * self._seconds + 1)
            leads = await self._store.take_lease(LEASE, holder=self._holder, now=now, until=until)
            self.standing = replace(self.standing, leads=leads)
            if not leads:
                return interval_seconds(self._seconds, draw=random())  # noqa: S311 - spreads polls
            report = await self._poller.poll_once(now)
            await self._settled(report, now=now)
        except (TogetherError, StoreError) as error:
            self.database_fails = isinstance(error, StoreError)
            return await self._failed(error)
        self.database_fails = False
        return interval_seconds(self._seconds, draw=random())  # noqa: S311 - spreads polls

    async def _settled(self, report: PollReport, *, now: datetime) -> None:
        self._failures = 0
        if self.standing.last_poll_at is None:
            logger.info("first poll done", extra={"jobs": report.jobs})
        newly_saturated = report.saturated and not self.standing.saturated
        self.standing = PollHealth(last_poll_at=now, leads=True, saturated=report.saturated)
        self._tell(report)
        if newly_saturated:
            await self._tell_operators("saturated", now=now)
        if report.new_rows:
            self._wake()
        if self._pruned_at is None or now - self._pruned_at > _PRUNE_EVERY:
            self._pruned_at = now
            await self._store.prune(before=now - RETENTION)

    async def _failed(self, error: TogetherError | StoreError) -> float:
        self._failures += 1
        now = self._clock.now()
        is_news = self.standing.failing_since is None
        self.standing = replace(self.standing, failing_since=self.standing.failing_since or now)
        self._tell(error)
        if is_news:
            incidents.record(error, what="polls fail")
            if isinstance(error, TogetherRefusedKey):
                await self._tell_operators("refused_key", now=now, detail=error.detail)
        return pause_seconds(error, failures=self._failures, draw=random())  # noqa: S311 - spreads

    async def _tell_operators(self, reason: str, *, now: datetime, detail: str = "") -> None:
        """Once an episode; a restart in the same minute says it once, too."""
        episode = now.strftime("%Y%m%d%H%M")
        rows = [
            NewRow(
                key=row_key(Kind.OPERATOR, f"{reason}:{episode}", epoch=0, channel=channel),
                kind=Kind.OPERATOR,
                channel=channel,
                subject=reason,
                payload={"reason": reason, "detail": detail},
                due_at=now,
            )
            for channel in self._operators
        ]
        try:
            await self._store.enqueue(rows, now=now)
        except StoreError as error:
            logger.warning("an operator message is lost", extra={"reason": str(error)})
        self._wake()


async def pause(stop: asyncio.Event, clock: Clock, *, seconds: float) -> None:
    """Sleep, unless told to stop."""
    sleeping = asyncio.ensure_future(clock.sleep(seconds))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleeping.cancel()
        stopping.cancel()
