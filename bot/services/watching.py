"""Watches, mutes, samples and the log: what people ask of the notices of their channel."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import commands
from bot.domain.asker import Asker
from bot.domain.commands import ListJobs, SendTest, ShowLog, Unmute, Unwatch, Watches
from bot.domain.jobs import TERMINAL
from bot.domain.outbox import Kind, NewRow, row_key
from bot.domain.spelling import spell
from bot.domain.watches import DEFAULT_EVENTS, NewWatch, Origin
from bot.ports import Mute, Notifier, People, Room, Store
from bot.rendering.deliveries import muted, sample_sent, unmuted
from bot.rendering.kit import Message
from bot.rendering.lists import candidates
from bot.rendering.watching import (
    already_watching,
    has_ended,
    no_such_watch,
    not_yours,
    unwatched,
    unwatched_all,
    watch_list,
    watching_here,
)
from bot.services.log import log_message
from bot.services.lookup import Lookup
from bot.services.rooms import Rooms

ChannelCommand = commands.Watch | Watches | Unwatch | commands.Mute | Unmute | SendTest | ShowLog
"""What concerns the channel that it is typed in."""

CHANGES = (commands.Watch, Unwatch, commands.Mute, Unmute, SendTest)
"""Those that change something for the channel, or post there."""


class Watching:
    """Answers to what concerns a channel. Who may ask is for the handlers to know.

    Any member may end any watch of the channel that they are in, and mute it. ``wake`` is called
    when there is something to deliver.
    """

    def __init__(
        self,
        store: Store,
        notifier: Notifier,
        people: People,
        lookup: Lookup,
        *,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._rooms = Rooms(people, notifier)
        self._lookup = lookup
        self._wake = wake

    async def answer(self, command: ChannelCommand, asker: Asker) -> Message:  # noqa: PLR0911 - one a command
        """Carry a command out, and say what came of it.

        Raises:
            QueryError, AccessDenied: it cannot be done for this person in this channel.
            TogetherError: the job to watch could not be looked up.
            SlackError: Slack did not say whether the bot can post there.
            StoreError: the database does not answer; nothing changed.
        """
        match command:
            case commands.Watch():
                return await self._watch(command, asker)
            case Watches():
                return await self.overview(asker.channel)
            case Unwatch():
                return await self._unwatch(command.number, channel=asker.channel)
            case commands.Mute():
                return muted(until=await self.mute(command, asker))
            case Unmute():
                return await self._unmute(asker.channel)
            case SendTest():
                return await self._send_sample(asker)
            case ShowLog():
                return await log_message(command.reference, self._store)

    async def overview(self, channel: str) -> Message:
        """What a channel watches.

        Raises:
            StoreError: the database does not answer.
        """
        mute = await self._store.muted(channel, now=await self._store.now())
        return watch_list(
            await self._store.watches(channel=channel),
            channel=channel,
            muted_until=mute.until if mute else None,
        )

    async def mute(self, command: commands.Mute, asker: Asker) -> datetime:
        """Mute the asker's channel; return when that ends.

        Raises:
            StoreError: the database does not answer; nothing changed.
        """
        now = await self._store.now()
        until = now + command.duration
        row = _row(Kind.MISSED, asker.trigger_id, channel=asker.channel, due_at=until)
        mute = Mute(channel=asker.channel, since=now, until=until, by=asker.user_id)
        await self._store.mute(mute, row)
        return until

    async def invited(self, channel: str) -> None:
        """Greet a channel, once. Watches that waited for the invitation go on.

        Raises:
            StoreError: the database does not answer.
        """
        await self._store.resume_watches(channel)
        await self._enqueue(Kind.GREETING, channel, channel=channel)

    async def sync(self, channels: Sequence[str], written: Sequence[commands.Watch] = ()) -> None:
        """Make the watches of ``EVALS_CHANNEL`` and of ``evals.toml`` be these; join new channels.

        Raises:
            StoreError: the database does not answer; nothing changed.
        """
        now = await self._store.now()
        known = {watch.channel for watch in await self._store.watches()}
        by_setting = [NewWatch(channel=channel, since=now) for channel in dict.fromkeys(channels)]
        by_file = [
            _new(watch, channel=watch.channel, since=now) for watch in written if watch.channel
        ]
        for origin, watches in ((Origin.SETTING, by_setting), (Origin.FILE, by_file)):
            wanted = [replace(w, origin=origin, identity=_identity(w)) for w in watches]
            await self._store.sync_watches(origin, wanted)
        await self._rooms.join_all({w.channel for w in (*by_setting, *by_file)} - known)

    async def _watch(self, wanted: commands.Watch, asker: Asker) -> Message:
        # Before the job is looked up: when it ends in between, that is still told.
        since = await self._store.now()
        if wanted.job is not None:
            named = await self._lookup.named(wanted.job, fresh=True)
            if len(named.jobs) > 1:
                return candidates(wanted.job, named.jobs)
            job = named.jobs[0]
            if job.status in TERMINAL:
                return has_ended(job)
            wanted = replace(wanted, job=job.id)
        channel = wanted.channel or asker.channel
        room = await self._rooms.enter(channel, asker)
        if isinstance(room, Message):
            return room
        new = _new(wanted, channel=channel, since=since)
        watch = await self._store.add_watch(replace(new, created_by=asker.user_id))
        await self._store.resume_watches(channel)
        elsewhere = channel != asker.channel
        if watch.since != since:
            return already_watching(watch, elsewhere=elsewhere)
        return watching_here(watch, joined=room is Room.OPEN, elsewhere=elsewhere)

    async def _unwatch(self, number: int | None, *, channel: str) -> Message:
        if number is None:
            return unwatched_all(await self._store.end_watches(channel=channel))
        watches = {watch.number: watch for watch in await self._store.watches(channel=channel)}
        watch = watches.get(number)
        if watch is not None and watch.origin is not Origin.COMMAND:
            return not_yours(watch)
        ended = await self._store.end_watch(number, channel=channel)
        return unwatched(ended) if ended else no_such_watch(number, tuple(watches))

    async def _unmute(self, channel: str) -> Message:
        mute = await self._store.unmute(channel, now=await self._store.now())
        self._wake()
        return unmuted(since=mute.since if mute else None)

    async def _send_sample(self, asker: Asker) -> Message:
        room = await self._rooms.enter(asker.channel, asker)
        if isinstance(room, Message):
            return room
        await self._enqueue(Kind.SAMPLE, asker.trigger_id, channel=asker.channel)
        return sample_sent(asker.channel)

    async def _enqueue(self, kind: Kind, subject: str, *, channel: str) -> None:
        now = await self._store.now()
        await self._store.enqueue([_row(kind, subject, channel=channel, due_at=now)], now=now)
        self._wake()


def _new(wanted: commands.Watch, *, channel: str, since: datetime) -> NewWatch:
    return NewWatch(
        channel=channel,
        job=wanted.job,
        filter=wanted.filter,
        events=wanted.events or DEFAULT_EVENTS,
        notify=wanted.notify,
        thread=wanted.thread is not False,
        since=since,
    )


def _identity(watch: NewWatch) -> str:
    """Where and about what, so that a watch whose events or mentions change stays the same one."""
    return f"{watch.channel} {watch.job or spell(ListJobs(filter=watch.filter))}".rstrip()


def _row(kind: Kind, subject: str, *, channel: str, due_at: datetime) -> NewRow:
    key = row_key(kind, subject, epoch=0, channel=channel)
    return NewRow(key=key, kind=kind, channel=channel, subject=subject, due_at=due_at)
