"""The one shape of every listener: acknowledge at once, then answer in our own time.

Bolt waits 10 ms for an ordinary listener. With ``process_before_response=True`` and a listener
that only hands its work over, the acknowledgement leaves in a fraction of one; the price is that
nothing in the listener may raise and that its work has to be looked after here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.errors import SlackError
from bot.ports import Audience, Clock, Replies
from bot.rendering.kit import Message
from bot.rendering.problems import BUSY, STILL_ASKING
from handlers.errors import answer
from handlers.work import Work

PATIENCE_SECONDS = 2.5
"""After so long a person is told that the question is still on its way."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The way back to the person who typed or pressed."""

    replies: Replies
    response_url: str

    async def send(self, message: Message, *, to: Audience) -> None:
        """Send one answer.

        Raises:
            SlackError: Slack did not take it.
        """
        await self.replies.send(self.response_url, message, to=to)


class Nobody:
    """An event is nobody's question, so what is to be told of it goes to the log alone."""

    async def send(self, message: Message, *, to: Audience) -> None:
        """Send nothing."""


Errand = Callable[[Reply], Awaitable[None]]
Listener = Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]


class Desk:
    """Takes what comes in, and sees to it that everybody gets an answer."""

    def __init__(self, work: Work, replies: Replies, clock: Clock) -> None:
        self._work = work
        self._replies = replies
        self._clock = clock

    async def take(self, ack: AsyncAck, body: Mapping[str, Any], errand: Errand) -> None:
        """Acknowledge, and start the errand. Raises nothing."""
        reply = Reply(self._replies, str(body.get("response_url") or ""))
        if self._work.is_full:
            # A command shows the words of its acknowledgement; after a button Slack drops them.
            await ack(BUSY.text)
            if "command" not in body and not self._work.is_overfull:
                self._work.start(answer(reply.send(BUSY, to=Audience.ASKER), reply))
            return
        await ack()
        self._work.start(answer(self._patiently(errand, reply), reply))

    async def hear(self, ack: AsyncAck, errand: Callable[[], Awaitable[None]]) -> None:
        """Acknowledge an event, and start its errand. Raises nothing.

        However much there is to do: what we listen to is rare, and could not be asked for again.
        """
        await ack()
        self._work.start(answer(errand(), Nobody()))

    async def _patiently(self, errand: Errand, reply: Reply) -> None:
        """Run the errand; when it takes long, say so once, and never after its answer."""
        task = asyncio.ensure_future(errand(reply))
        pause = asyncio.ensure_future(self._clock.sleep(PATIENCE_SECONDS))
        try:
            await asyncio.wait({task, pause}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                with suppress(SlackError):  # the answer itself may still get through
                    await reply.send(STILL_ASKING, to=Audience.ASKER)
            await task
        finally:
            pause.cancel()
            task.cancel()
