"""Verdicts written down: a row's new state, and what follows from it for its channel."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import groupby

from bot.domain.errors import StoreError
from bot.domain.outbox import Kind, NewRow, Row, State, row_key
from bot.domain.pace import Pace
from bot.domain.verdicts import Reason, Verdict
from bot.domain.watches import Watch
from bot.ports import Clock, Outbox, Posted

logger = logging.getLogger(__name__)

EVERYWHERE = "*"
_TRIES = 3

_WORDS = {
    Reason.SENT: ("a message is delivered", logging.INFO),
    Reason.SKIPPED: ("a message has nothing left to say", logging.INFO),
    Reason.DEAD: ("a message is given up", logging.ERROR),
    Reason.PARK: ("a message is given up", logging.ERROR),
    Reason.STOP_ALL: ("Slack refuses our token", logging.ERROR),
}

OnOutcome = Callable[[str, str], None]
"""Is told of each verdict: the row's kind and the reason."""


class Marks:
    """Writes verdicts. A row that somebody else has claimed since is left alone."""

    def __init__(self, outbox: Outbox, clock: Clock, pace: Pace, on_outcome: OnOutcome) -> None:
        self._outbox = outbox
        self._clock = clock
        self._pace = pace
        self._on_outcome = on_outcome

    async def sent(self, row: Row, posted: Posted, *, thread_ts: str | None, now: datetime) -> bool:
        """Slack took it; its channel's watches are well.

        Raises:
            StoreError: it could not be written down, so the claim runs out and leaves a doubt.
        """
        marked = await self._insist(
            lambda: self._outbox.sent(
                row, channel=posted.channel, ts=posted.ts, thread_ts=thread_ts, now=now
            )
        )
        if marked:
            self._tell(row, Verdict(reason=Reason.SENT))
            if row.attempts > 1:
                await self._outbox.resume_watches(row.channel)
        return marked

    async def skipped(self, row: Row) -> None:
        """Nothing is left to say.

        Raises:
            StoreError: it could not be written down.
        """
        if await self._outbox.close(row, state=State.SKIPPED):
            self._tell(row, Verdict(reason=Reason.SKIPPED))

    async def write(self, row: Row, verdict: Verdict, *, now: datetime) -> None:
        """Anything but ``SENT``.

        Raises:
            StoreError: it could not be written down, so the claim runs out and leaves a doubt.
        """
        if not await self._insist(lambda: self._mark(row, verdict)):
            return
        self._tell(row, verdict)
        match verdict:
            case Verdict(reason=Reason.HOLD_CHANNEL, due_at=datetime() as until):
                await self._outbox.hold(row.channel, until=until)
            case Verdict(reason=Reason.STOP_ALL, due_at=datetime() as until):
                await self._outbox.hold(EVERYWHERE, until=until)
            case Verdict(reason=Reason.PAUSE_CHANNEL, due_at=datetime() as until):
                await self._pause(row, until=until, fault=verdict.error.split()[-1], now=now)

    async def _mark(self, row: Row, verdict: Verdict) -> bool:
        if verdict.due_at is None:
            return await self._outbox.close(row, state=State.DEAD, error=verdict.error)
        if verdict.doubted_at is None:
            return await self._outbox.again(row, due_at=verdict.due_at, error=verdict.error)
        return await self._outbox.doubt(
            row,
            since=verdict.doubted_at,
            due_at=verdict.due_at,
            not_found=verdict.not_found,
        )

    async def _pause(self, row: Row, *, until: datetime, fault: str, now: datetime) -> None:
        """Tell each creator once an episode: it lasts until something of theirs arrives again."""
        paused = await self._outbox.pause_watches(row.channel, until=until, fault=fault)
        created = sorted(
            (watch for watch in paused if watch.created_by not in {None, row.channel}),
            key=lambda watch: watch.created_by or "",
        )
        advice = [
            _advice(list(watches), creator=creator or "", channel=row.channel, fault=fault, now=now)
            for creator, watches in groupby(created, key=lambda watch: watch.created_by)
        ]
        if advice:
            await self._outbox.enqueue(advice, now=now)

    async def _insist(self, mark: Callable[[], Awaitable[bool]]) -> bool:
        """A mark that is lost costs a doubt, so a database that is away for a moment gets time."""
        for _ in range(_TRIES - 1):
            try:
                return await mark()
            except StoreError as error:
                logger.warning("a mark has to wait", extra={"reason": str(error)})
                await self._clock.sleep(self._pace.retry)
        return await mark()

    def _tell(self, row: Row, verdict: Verdict) -> None:
        self._on_outcome(row.kind.value, verdict.reason.value)
        message, level = _WORDS.get(verdict.reason, ("a message has to wait", logging.WARNING))
        logger.log(
            level,
            message,
            extra={
                "row": row.id,
                "kind": row.kind.value,
                "channel": row.channel,
                "reason": verdict.reason.value,
                "code": verdict.error,
            },
        )


def _advice(
    watches: list[Watch], *, creator: str, channel: str, fault: str, now: datetime
) -> NewRow:
    arrived = max((watch.last_sent_at for watch in watches if watch.last_sent_at), default=None)
    return NewRow(
        key=row_key(
            Kind.ADVICE,
            channel,
            epoch=int(arrived.timestamp()) if arrived else 0,
            channel=creator,
        ),
        kind=Kind.ADVICE,
        channel=creator,
        subject=channel,
        payload={
            "channel": channel,
            "fault": fault,
            "numbers": [watch.number for watch in watches],
        },
        due_at=now,
    )
