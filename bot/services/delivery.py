"""The outbox, delivered: claims in rounds, one row a channel, each channel by itself.

A claim is committed before the call to Slack, and the database lets one row of a channel be claimed
at a time. So a channel's order and its pace hold for all replicas together, and a channel that
hangs or is refused delays no other.
"""

import asyncio
import logging
from collections import deque
from datetime import timedelta
from typing import Protocol

from bot.domain.errors import StoreError
from bot.domain.pace import Pace
from bot.domain.verdicts import InDoubt
from bot.ports import Clock, Notifier, Outbox, Upkeep
from bot.services.marking import Marks, OnOutcome
from bot.services.sending import Claim, Sending

logger = logging.getLogger(__name__)

CHANNELS_AT_ONCE = 50


class DurableOutbox(Outbox, Upkeep, Protocol):
    """The outbox, and the time that its due times and leases go by."""


class Delivery:
    """Sends what is due.

    Args:
        on_outcome: is told of each verdict, as the row's kind and the reason.
    """

    def __init__(
        self,
        outbox: DurableOutbox,
        notifier: Notifier,
        clock: Clock,
        pace: Pace,
        in_doubt: InDoubt,
        *,
        on_outcome: OnOutcome = lambda _kind, _reason: None,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._pace = pace
        marks = Marks(outbox, clock, pace, on_outcome)
        self._sending = Sending(outbox, notifier, clock, pace, in_doubt=in_doubt, marks=marks)
        self._nudged = asyncio.Event()
        self._is_stopping = False
        self._busy = 0
        self._looks: deque[float] = deque()

    def wake(self) -> None:
        """There may be something new to send."""
        self._nudged.set()

    async def deliver_due(self) -> int:
        """One round, to its end; return how many rows it worked on.

        Raises:
            StoreError: nothing could be claimed.
        """
        async with asyncio.TaskGroup() as group:
            return await self._claim(group)

    async def run(self, stop: asyncio.Event) -> None:
        """Round after round until ``stop``; then what is under way comes to its end."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._stop_at(stop))
            while not self._is_stopping:
                self._nudged.clear()
                await self._rest(await self._round(group))

    async def _stop_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._is_stopping = True
        self._nudged.set()

    async def _round(self, group: asyncio.TaskGroup) -> float:
        """Claim what fits; return the seconds until it is worth another look."""
        try:
            claimed = await self._claim(group)
        except StoreError as error:
            logger.warning("nothing can be claimed", extra={"reason": str(error)})
            return self._pace.retry
        now = self._clock.monotonic()
        if claimed:
            # The channels just claimed are open again then, and may hold more.
            self._looks.append(now + self._pace.gap)
        while self._looks and self._looks[0] <= now:
            self._looks.popleft()
        return min(self._pace.idle, self._looks[0] - now) if self._looks else self._pace.idle

    async def _claim(self, group: asyncio.TaskGroup) -> int:
        free = CHANNELS_AT_ONCE - self._busy
        if free <= 0:
            return 0
        began = self._clock.monotonic()
        now = await self._outbox.now()
        rows = await self._outbox.claim(
            now=now,
            lease_until=now + timedelta(seconds=self._pace.lease),
            next_post_at=now + timedelta(seconds=self._pace.gap),
            limit=free,
        )
        self._busy += len(rows)
        for row in rows:
            group.create_task(self._carry_out(Claim(row=row, taken_at=now, began=began)))
        return len(rows)

    async def _carry_out(self, claim: Claim) -> None:
        try:
            await self._sending.carry_out(claim, is_stopping=lambda: self._is_stopping)
        except StoreError as error:
            details = {"row": claim.row.id, "reason": str(error)}
            logger.warning("a row is left to its lease", extra=details)
        finally:
            self._busy -= 1
            if self._busy == CHANNELS_AT_ONCE // 2:
                # A claim for each place that gets free would cost more than the posts do.
                self._nudged.set()

    async def _rest(self, seconds: float) -> None:
        """Sleep, unless somebody wakes us."""
        waits = [
            asyncio.ensure_future(self._clock.sleep(seconds)),
            asyncio.ensure_future(self._nudged.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
