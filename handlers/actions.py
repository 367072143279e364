"""Buttons and menus. What they show is asked for anew; what they mean is in their value."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.errors import QueryError
from bot.ports import Audience
from bot.rendering import controls
from bot.rendering.controls import JobView, ListView, read_job_value, read_list_value
from bot.services.lookup import Lookup
from handlers.access import Access, Person
from handlers.desk import Desk, Listener, Reply
from handlers.payloads import is_private, pressed_value


class Actions:
    """The listeners of every ``action_id``."""

    def __init__(self, desk: Desk, access: Access, lookup: Lookup) -> None:
        self._desk = desk
        self._access = access
        self._lookup = lookup

    def by_action_id(self) -> dict[str, Listener]:
        """Every action id that our messages hold, with its listener."""
        return {
            controls.LIST_REFRESH: self.refresh_list,
            controls.LIST_OLDER: self.turn,
            controls.LIST_NEWER: self.turn,
            controls.LIST_STATUS: self.turn,
            controls.LIST_OPEN: self.turn,
            controls.LIST_SHARE: self.share_list,
            controls.JOB_DETAILS: self.details,
            controls.JOB_REFRESH: self.refresh_job,
            controls.JOB_SHARE: self.share_job,
            controls.JOB_PAGE: self.follow_link,
        }

    async def refresh_list(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """*Refresh*: the same page, asked anew."""
        await self._desk.take(ack, body, lambda reply: self._list(body, reply, fresh=True))

    async def turn(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """*Older*, *Newer*, the *Status* menu, *All jobs*, *Back to the list*."""
        await self._desk.take(ack, body, lambda reply: self._list(body, reply, fresh=False))

    async def share_list(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """*Share to channel*, under a list."""
        await self._desk.take(ack, body, lambda reply: self._share_list(body, reply))

    async def details(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """*Details*: in place where one person looks, else as a private message."""
        await self._desk.take(ack, body, lambda reply: self._details(body, reply))

    async def refresh_job(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """*Refresh*, under a job."""
        await self._desk.take(ack, body, lambda reply: self._refresh_job(body, reply))

    async def share_job(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """*Share to channel*, under a job."""
        await self._desk.take(ack, body, lambda reply: self._share_job(body, reply))

    async def follow_link(self, ack: AsyncAck, body: dict[str, Any]) -> None:  # noqa: ARG002 - the shape of a listener
        """*Open in Together*: the browser does it; Slack only wants to hear that we know."""
        await ack()

    async def unknown(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A button that no message of this version holds."""

        async def refuse(_: Reply) -> None:
            raise QueryError(controls.STALE_BUTTON)

        await self._desk.take(ack, body, refuse)

    async def _list(self, body: Mapping[str, Any], reply: Reply, *, fresh: bool) -> None:
        view = read_list_value(pressed_value(body))
        await self._check(body)
        # Whether a message is public is a fact of the message, whatever its buttons say.
        view = replace(view, query=replace(view.query, public=not is_private(body)))
        await reply.send(await self._lookup.list(view, fresh=fresh), to=Audience.SAME)

    async def _share_list(self, body: Mapping[str, Any], reply: Reply) -> None:
        view = read_list_value(pressed_value(body))
        person = Person.of(body)
        await self._access.to_change(person)
        query = replace(view.query, public=True)
        shared = ListView(query=query, page=view.page, shared_by=person.user_id)
        await reply.send(await self._lookup.list(shared), to=Audience.CHANNEL)

    async def _details(self, body: Mapping[str, Any], reply: Reply) -> None:
        view = read_job_value(pressed_value(body))
        await self._access.to_look(Person.of(body))
        if is_private(body):
            await reply.send(await self._lookup.job(view), to=Audience.SAME)
        else:
            alone = JobView(job_id=view.job_id)
            await reply.send(await self._lookup.job(alone), to=Audience.ASKER)

    async def _refresh_job(self, body: Mapping[str, Any], reply: Reply) -> None:
        view = read_job_value(pressed_value(body))
        await self._check(body)
        view = replace(view, public=not is_private(body))
        await reply.send(await self._lookup.job(view, fresh=True), to=Audience.SAME)

    async def _share_job(self, body: Mapping[str, Any], reply: Reply) -> None:
        view = read_job_value(pressed_value(body))
        person = Person.of(body)
        await self._access.to_change(person)
        shared = JobView(job_id=view.job_id, public=True, shared_by=person.user_id)
        await reply.send(await self._lookup.job(shared), to=Audience.CHANNEL)

    async def _check(self, body: Mapping[str, Any]) -> None:
        """Changing a message that the whole channel sees is a change; else it is a look."""
        person = Person.of(body)
        if is_private(body):
            await self._access.to_look(person)
        else:
            await self._access.to_change(person)
