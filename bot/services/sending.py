"""One claimed row: posted, or looked for where Slack may have taken it, and marked.

Whatever ends this midway leaves the row claimed. The claim runs out, the row comes back in doubt,
and Slack itself is asked.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random

from bot.domain.errors import SlackError
from bot.domain.outbox import Row
from bot.domain.pace import Pace
from bot.domain.verdicts import (
    LATE,
    UNREADABLE,
    InDoubt,
    Reason,
    Verdict,
    after_look,
    after_post,
    before_look,
    is_plain,
    is_repeat,
)
from bot.ports import Clock, Notifier, Outbox, Posted
from bot.rendering.kit import Message
from bot.rendering.notices import plain, possible_repeat
from bot.services.cards import Card, Cards
from bot.services.composing import compose
from bot.services.marking import Marks

logger = logging.getLogger(__name__)

CLOCKS_APART = timedelta(hours=6)
"""So far may Slack's clock and the database's be apart without a message being overlooked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A row that is ours until its lease runs out.

    Attributes:
        taken_at: by the database's clock.
        began: the same moment by this process's own clock, in seconds.
    """

    row: Row
    taken_at: datetime
    began: float


class Sending:
    """Carries one claim to its verdict."""

    def __init__(
        self,
        outbox: Outbox,
        notifier: Notifier,
        clock: Clock,
        pace: Pace,
        *,
        in_doubt: InDoubt,
        marks: Marks,
    ) -> None:
        self._outbox = outbox
        self._notifier = notifier
        self._clock = clock
        self._pace = pace
        self._in_doubt = in_doubt
        self._marks = marks
        self._cards = Cards(outbox, notifier, clock, pace)

    async def carry_out(self, claim: Claim, *, is_stopping: Callable[[], bool]) -> None:
        """Post the row or look for it, write down what became of it, and see to its card.

        Raises:
            StoreError: the database failed, so the claim runs out.
        """
        row = claim.row
        try:
            card = await self._cards.of(row)
            message = None if row.doubted_at else await compose(row, self._outbox)
        except (LookupError, ValueError, TypeError):
            logger.exception("a message cannot be composed", extra={"row": row.id})
            await self._write(claim, Verdict(reason=Reason.DEAD, error=UNREADABLE))
            return
        if row.doubted_at is not None:
            is_sent = await self._look(claim, card, since=row.doubted_at)
        elif message is not None:
            is_sent = await self._post(claim, card, _as_learnt(row, message))
        else:
            await self._marks.skipped(row)
            return
        if is_sent:
            cards = await self._cards.of_group(row) if card is None else [card]
            for shown in cards:
                await self._cards.show_end(shown, is_stopping=is_stopping)

    async def _post(self, claim: Claim, card: Card | None, message: Message) -> bool:
        row, error, posted = claim.row, None, None
        if self._clock.monotonic() - claim.began > self._pace.lease - self._pace.deadline:
            # This process was stopped for so long that its lease may end before an answer comes.
            late = Verdict(reason=Reason.AGAIN, due_at=self._now(claim), error=LATE)
            await self._write(claim, late)
            return False
        channel, thread_ts = _place(row, card)
        try:
            posted = await self._notifier.post(channel, message, key=row.key, thread_ts=thread_ts)
        except SlackError as caught:
            error = caught
        verdict = after_post(
            row,
            error,
            threaded=thread_ts is not None,
            now=self._now(claim),
            pace=self._pace,
            draw=random(),  # noqa: S311 - spreads tries
        )
        return await self._settle(claim, verdict, posted, thread_ts=thread_ts)

    async def _look(self, claim: Claim, card: Card | None, *, since: datetime) -> bool:
        row, error, found = claim.row, None, None
        waits = before_look(row, now=self._now(claim), pace=self._pace)
        if waits is not None:
            await self._write(claim, waits)
            return False
        channel, thread_ts = _place(row, card)
        try:
            found = await self._notifier.find(
                channel, row.key, since=since - CLOCKS_APART, thread_ts=thread_ts
            )
        except SlackError as caught:
            error = caught
        verdict = after_look(
            row,
            error,
            found=found is not None,
            now=self._now(claim),
            pace=self._pace,
            in_doubt=self._in_doubt,
            draw=random(),  # noqa: S311 - spreads tries
        )
        return await self._settle(claim, verdict, found, thread_ts=thread_ts)

    async def _settle(
        self, claim: Claim, verdict: Verdict, posted: Posted | None, *, thread_ts: str | None
    ) -> bool:
        """Write a verdict down; True when the row is sent, and it was ours to say so."""
        if posted is None:
            await self._write(claim, verdict)
            return False
        return await self._marks.sent(claim.row, posted, thread_ts=thread_ts, now=self._now(claim))

    async def _write(self, claim: Claim, verdict: Verdict) -> None:
        await self._marks.write(claim.row, verdict, now=self._now(claim))

    def _now(self, claim: Claim) -> datetime:
        """The database's time, without asking it again."""
        return claim.taken_at + timedelta(seconds=self._clock.monotonic() - claim.began)


def _place(row: Row, card: Card | None) -> tuple[str, str | None]:
    """The channel, and the thread in it; both follow from what is stored, so a look finds them."""
    if card is None or not card.notice.thread:
        return row.channel, None
    return card.posted.channel, card.posted.ts


def _as_learnt(row: Row, message: Message) -> Message:
    """The message as what went wrong before wants it."""
    if is_repeat(row):
        message = possible_repeat(message)
    return plain(message) if is_plain(row) else message
