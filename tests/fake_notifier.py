"""Slack's side of the delivery in memory: channels, what is in them, and every way to go wrong."""

from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.domain.errors import SlackError, SlackRefusedChannel
from bot.ports import Clock, Posted
from bot.rendering.kit import Message
from tests.fakes import FakeClock


@dataclass(frozen=True, slots=True, kw_only=True)
class InChannel:
    """One message as it stands; ``versions`` holds what it was before."""

    key: str
    channel: str
    ts: str
    message: Message
    thread_ts: str | None = None
    versions: tuple[Message, ...] = ()

    @property
    def as_posted(self) -> Message:
        """What it was at first."""
        return self.versions[0] if self.versions else self.message

    @property
    def at(self) -> datetime:
        """When it came."""
        return datetime.fromtimestamp(float(self.ts), tz=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twist:
    """How one call goes wrong.

    Attributes:
        error: what the caller gets; a BaseException stands for the end of our process.
        taken: whether Slack has the message all the same.
        late_seconds: after so long Slack takes it after all.
    """

    error: BaseException
    taken: bool = False
    late_seconds: float | None = None


@dataclass
class FakeNotifier:
    """Fits the port ``Notifier``.

    Attributes:
        posts: what is in the channels, oldest first.
        twists: what the next posts run into, by channel; ``*`` is any channel.
        post_errors, find_errors: what every post and every look in a channel runs into.
        update_errors: what the next updates run into.
        joined: channels that were joined; ``join_error`` is what joining runs into.
        looks: every look, as channel and key.
    """

    clock: Clock = field(default_factory=FakeClock)
    posts: list[InChannel] = field(default_factory=list)
    twists: dict[str, deque[Twist]] = field(default_factory=lambda: defaultdict(deque))
    post_errors: dict[str, SlackError] = field(default_factory=dict)
    find_errors: dict[str, SlackError] = field(default_factory=dict)
    update_errors: deque[SlackError] = field(default_factory=deque)
    joined: list[str] = field(default_factory=list)
    join_error: SlackError | None = None
    looks: list[tuple[str, str]] = field(default_factory=list)
    _late: list[tuple[float, InChannel]] = field(default_factory=list)
    _count: int = 0

    async def post(
        self, channel: str, message: Message, *, key: str, thread_ts: str | None = None
    ) -> Posted:
        self._land()
        if channel in self.post_errors:
            raise self.post_errors[channel]
        made = self._made(channel, message, key=key, thread_ts=thread_ts)
        twists = self.twists[channel] or self.twists["*"]
        if twists:
            twist = twists.popleft()
            if twist.taken:
                self.posts.append(made)
            if twist.late_seconds is not None:
                self._late.append((self.clock.monotonic() + twist.late_seconds, made))
            raise twist.error
        self.posts.append(made)
        return Posted(channel=made.channel, ts=made.ts)

    async def update(self, posted: Posted, message: Message) -> None:
        if self.update_errors:
            raise self.update_errors.popleft()
        for index, found in enumerate(self.posts):
            if (found.channel, found.ts) == (posted.channel, posted.ts):
                versions = (*found.versions, found.message)
                self.posts[index] = replace(found, message=message, versions=versions)

    async def find(
        self, channel: str, key: str, *, since: datetime, thread_ts: str | None = None
    ) -> Posted | None:
        self._land()
        self.looks.append((channel, key))
        for wanted in (channel, "*"):
            if wanted in self.find_errors:
                raise self.find_errors[wanted]
        if channel.startswith("U"):
            raise SlackRefusedChannel("a person is no channel", code="channel_not_found")
        for found in self.posts:
            place = (found.channel, found.key, found.thread_ts)
            if place == (channel, key, thread_ts) and found.at >= since:
                return Posted(channel=channel, ts=found.ts)
        return None

    async def join(self, channel: str) -> None:
        if self.join_error is not None:
            raise self.join_error
        self.joined.append(channel)

    def to(self, channel: str) -> list[InChannel]:
        """What is in a channel, threads unfolded, in the order in which it came."""
        self._land()
        return [found for found in self.posts if found.channel == channel]

    def keys(self, channel: str) -> list[str]:
        """The keys of what is in a channel."""
        return [found.key for found in self.to(channel)]

    def _made(
        self, channel: str, message: Message, *, key: str, thread_ts: str | None
    ) -> InChannel:
        self._count += 1
        landed = f"D{channel[1:]}" if channel.startswith("U") else channel
        seconds = self.clock.now().timestamp()
        return InChannel(
            key=key,
            channel=landed,
            ts=f"{int(seconds)}.{self._count:06}",
            message=message,
            thread_ts=thread_ts,
        )

    def _land(self) -> None:
        """What Slack takes late arrives once its time has come."""
        now = self.clock.monotonic()
        self.posts += [made for at, made in self._late if at <= now]
        self._late = [(at, made) for at, made in self._late if at > now]
