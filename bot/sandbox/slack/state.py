"""What the parts of the local Slack share: the installed app, limits over time, refusals."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from bot.sandbox.slack.ledger import Ledger
from bot.sandbox.slack.workspace import Workspace

# https://docs.slack.dev/apis/web-api/rate-limits: one message a second and channel, "short bursts"
# beyond it pass. No number is published; three is the fewest that is still a burst, so an app that
# does not pace itself is caught at once.
POSTS_PER_SECOND = 1.0
POST_BURST = 3
# https://docs.slack.dev/interactivity/handling-user-interaction
TRIGGER_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledApp:
    """The app as Slack knows it.

    Attributes:
        scopes: what the bot token was granted; they come from the app's manifest.
        request_url: where signed requests go; None is Socket Mode.
        now: epoch seconds. A clock that tests move may run ahead of the real one, but it has to
            run (``lambda: time.time() + ahead``): apps compare signatures with their own clock.
    """

    bot_token: str = "xoxb-local"  # noqa: S105 - opens nothing but the local Slack
    app_token: str = "xapp-local"  # noqa: S105 - same
    signing_secret: str = "local-signing-secret"  # noqa: S105 - same
    scopes: frozenset[str]
    app_scopes: frozenset[str] = frozenset({"connections:write"})
    request_url: str | None = None
    commands: tuple[str, ...] = ("/evals",)
    app_id: str = "A0EVALSBOT"
    now: Callable[[], float] = time.time


class Refusal(Exception):
    """Slack says no: its error code, what else its answer holds, and HTTP's side of it."""

    def __init__(
        self, error: str, *, status: int = 200, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        self.error = error
        self.status = status
        self.headers = headers or {}
        self.body = {"ok": False, "error": error, **more}
        super().__init__(error)


def rate_limited(retry_after_seconds: float) -> Refusal:
    """HTTP 429 as Slack sends it: whole seconds, at least one."""
    seconds = max(1, ceil(retry_after_seconds))
    return Refusal("ratelimited", status=429, headers={"Retry-After": str(seconds)})


@dataclass(slots=True)
class PostPace:
    """Counts posts by channel and refuses those that come too fast."""

    _channels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, channel: str, *, at: float) -> None:
        """Count one post.

        Raises:
            Refusal: one too many; its ``Retry-After`` is when the next will pass.
        """
        left, since = self._channels.get(channel, (float(POST_BURST), at))
        left = min(POST_BURST, left + max(0.0, at - since) * POSTS_PER_SECOND)
        if left < 1:
            raise rate_limited((1 - left) / POSTS_PER_SECOND)
        self._channels[channel] = (left - 1, at)


@dataclass(slots=True)
class Triggers:
    """The trigger ids that interactions brought: each opens one view, within three seconds."""

    _born: dict[str, float] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def add(self, trigger_id: str, *, at: float) -> None:
        """An interaction brought this one."""
        self._born[trigger_id] = at

    def exchange(self, trigger_id: str, *, at: float) -> None:
        """Use one up.

        Raises:
            Refusal: nobody gave it out, or it is too old, or it was used.
        """
        if trigger_id not in self._born:
            messages = {"messages": ["invalid `trigger_id`"]}
            raise Refusal("invalid_arguments", response_metadata=messages)
        if trigger_id in self._used:
            raise Refusal("exchanged_trigger_id")
        if at - self._born[trigger_id] > TRIGGER_SECONDS:
            raise Refusal("expired_trigger_id")
        self._used.add(trigger_id)


@dataclass(slots=True, kw_only=True)
class State:
    """Everything that outlives one request. ``views`` are Slack's own wire form, by id."""

    app: InstalledApp
    workspace: Workspace
    ledger: Ledger = field(default_factory=Ledger)
    pace: PostPace = field(default_factory=PostPace)
    triggers: Triggers = field(default_factory=Triggers)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)

    def now(self) -> float:
        """Epoch seconds by the local Slack's clock."""
        return self.app.now()
