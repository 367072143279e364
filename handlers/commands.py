"""``/evals``: what was typed, answered."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.query import parse
from bot.ports import Audience
from bot.services.answers import Answers
from bot.services.watching import CHANGES, ChannelCommand, Watching
from handlers.access import Access, Person
from handlers.desk import Desk, Reply
from handlers.payloads import asker_of

COMMAND = "/evals"


class Commands:
    """The slash command's listener."""

    def __init__(self, desk: Desk, access: Access, answers: Answers, watching: Watching) -> None:
        self._desk = desk
        self._access = access
        self._answers = answers
        self._watching = watching

    async def evals(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """``/evals …``."""
        await self._desk.take(ack, body, lambda reply: self._answer(body, reply))

    async def _answer(self, body: Mapping[str, Any], reply: Reply) -> None:
        command = parse(str(body.get("text") or ""))
        public = getattr(command, "public", False)
        person = Person.of(body)
        changes = public or isinstance(command, CHANGES)
        await (self._access.to_change(person) if changes else self._access.to_look(person))
        if isinstance(command, ChannelCommand):
            message = await self._watching.answer(command, asker_of(body))
        else:
            message = await self._answers.to(command)
        await reply.send(message, to=Audience.CHANNEL if public else Audience.ASKER)
