"""What a channel is told of: the buttons that change it, and an invitation."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.commands import Command, Mute, Unwatch, Watch
from bot.domain.errors import QueryError
from bot.domain.query import parse
from bot.domain.workspace import Workspace
from bot.ports import Audience
from bot.rendering import controls
from bot.rendering.controls import read_job_value
from bot.rendering.deliveries import muted
from bot.services.watching import Watching
from handlers.access import Access, Person
from handlers.desk import Desk, Listener, Reply
from handlers.payloads import asker_of, is_private, pressed_value

INVITED = "member_joined_channel"
"""https://docs.slack.dev/reference/events/member_joined_channel"""


class WatchControls:
    """Listeners that change what a channel is told of. Members alone may press."""

    def __init__(
        self, desk: Desk, access: Access, watching: Watching, workspace: Workspace
    ) -> None:
        self._desk = desk
        self._access = access
        self._watching = watching
        self._workspace = workspace

    def by_action_id(self) -> dict[str, Listener]:
        """Every action id of ours, with its listener."""
        return {
            controls.CHANNEL_MUTE: self.mute,
            controls.JOB_WATCH: self.follow,
            controls.UNWATCH: self.end,
        }

    async def mute(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """*Mute 2 h*, on a notice."""
        await self._desk.take(ack, body, lambda reply: self._mute(body, reply))

    async def follow(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """*Watch this job*, on a job."""
        await self._desk.take(ack, body, lambda reply: self._follow(body, reply))

    async def end(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """*End*, in the list of watches."""
        await self._desk.take(ack, body, lambda reply: self._end(body, reply))

    async def joined(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Somebody joined a channel: the bot greets when somebody else let it in."""
        event = body.get("event") or {}
        if event.get("user") == self._workspace.bot_user_id and event.get("inviter"):
            channel = str(event.get("channel") or "")
            await self._desk.hear(ack, lambda: self._watching.invited(channel))
        else:
            await ack()

    async def _mute(self, body: Mapping[str, Any], reply: Reply) -> None:
        command = _typed(f"mute {pressed_value(body)}")
        if not isinstance(command, Mute):
            raise QueryError(controls.STALE_BUTTON)
        person = Person.of(body)
        await self._access.to_change(person)
        until = await self._watching.mute(command, asker_of(body))
        # Who saw the notice wonders why no more come.
        by, to = (None, Audience.ASKER) if is_private(body) else (person.user_id, Audience.CHANNEL)
        await reply.send(muted(until=until, by=by), to=to)

    async def _follow(self, body: Mapping[str, Any], reply: Reply) -> None:
        job_id = read_job_value(pressed_value(body)).job_id
        await self._access.to_change(Person.of(body))
        message = await self._watching.answer(Watch(job=job_id), asker_of(body))
        await reply.send(message, to=Audience.ASKER)

    async def _end(self, body: Mapping[str, Any], reply: Reply) -> None:
        command = _typed(f"unwatch {pressed_value(body)}")
        if not isinstance(command, Unwatch) or command.number is None:
            raise QueryError(controls.STALE_BUTTON)
        await self._access.to_change(Person.of(body))
        asker = asker_of(body)
        await self._watching.answer(command, asker)
        await reply.send(await self._watching.overview(asker.channel), to=Audience.SAME)


def _typed(text: str) -> Command:
    """A value of ours, checked by the grammar itself."""
    try:
        return parse(text)
    except QueryError as error:
        raise QueryError(controls.STALE_BUTTON) from error
