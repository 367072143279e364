"""The card of a running job: where its end is told, and what it shows then."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.domain.errors import SlackBusy, SlackError, SlackRefusedMessage
from bot.domain.notices import Notice, load_notice
from bot.domain.outbox import Kind, Row, State
from bot.domain.pace import Pace
from bot.domain.verdicts import is_unthreaded
from bot.ports import Clock, Notifier, Outbox, Posted
from bot.rendering.kit import USER_ID
from bot.rendering.notices import ended_card, plain

logger = logging.getLogger(__name__)

_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Where a job's card is, and the end that it has to show: told in its thread, or elsewhere."""

    posted: Posted
    notice: Notice


class Cards:
    """Finds cards and brings them up to date. A card is a convenience: no notice waits for one."""

    def __init__(self, outbox: Outbox, notifier: Notifier, clock: Clock, pace: Pace) -> None:
        self._outbox = outbox
        self._notifier = notifier
        self._clock = clock
        self._pace = pace

    async def of(self, row: Row) -> Card | None:
        """The card of the one job that a row tells the end of; None when there is none.

        Raises:
            StoreError: the database does not answer.
        """
        if row.kind not in {Kind.ENDED, Kind.CORRECTED}:
            return None
        notice = load_notice(row.payload)
        if is_unthreaded(row):
            notice = replace(notice, thread=False)
        return await self._find(notice, channel=row.channel)

    async def of_group(self, row: Row) -> list[Card]:
        """The cards of a group's jobs.

        Raises:
            StoreError: the database does not answer.
        """
        if row.kind is not Kind.GROUP:
            return []
        found = [
            await self._find(replace(load_notice(notice), thread=False), channel=row.channel)
            for notice in row.payload["notices"]
        ]
        return [card for card in found if card is not None]

    async def show_end(self, card: Card, *, is_stopping: Callable[[], bool]) -> None:
        """Change a card, trying a few times. Repeating it changes nothing."""
        message, pause = ended_card(card.notice), self._pace.retry
        for attempt in range(1, _TRIES + 1):
            try:
                await self._notifier.update(card.posted, message)
            except SlackError as error:
                if attempt == _TRIES or is_stopping():
                    logger.warning("a card stays as it was", extra={"code": error.code})
                    return
                if isinstance(error, SlackRefusedMessage):
                    message = plain(message)
                    continue
                asked = error.retry_after_seconds if isinstance(error, SlackBusy) else 0.0
                await self._clock.sleep(max(pause, asked))
                pause *= 2
            else:
                return

    async def _find(self, notice: Notice, *, channel: str) -> Card | None:
        """A message to a person is stored with the channel that it landed in, so its key tells."""
        asked = None if USER_ID.fullmatch(channel) else channel
        rows = await self._outbox.rows(subject=notice.job.id, channel=asked, state=State.SENT)
        for row in rows:
            if row.kind is Kind.STARTED and row.ts and row.key.endswith(f":{channel}"):
                return Card(posted=Posted(channel=row.channel, ts=row.ts), notice=notice)
        return None
