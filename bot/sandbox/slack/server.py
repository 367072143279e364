"""A strict local Slack over real sockets: start it, point an app at it, and be its people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

from bot.sandbox.slack import shapes
from bot.sandbox.slack.delivery import ACK_SECONDS, Kind, Parcel, emit, pack, post, sign
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.http_routes import Routes
from bot.sandbox.slack.interaction import Ack, Interaction
from bot.sandbox.slack.ledger import Ledger
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.socket_mode import Sockets
from bot.sandbox.slack.state import InstalledApp, State
from bot.sandbox.slack.web_api import WebApi
from bot.sandbox.slack.workspace import Message, Workspace, default_workspace

_HOST = "127.0.0.1"
_BACKLOG = 1024  # the 129th of a crowd would wait a second for its connection otherwise


class LocalSlack:
    """Slack for one installed app.

    Attributes:
        workspace: people, channels, messages.
        ledger: every call and every message that was ever taken.
        faults: the switchboard of what goes wrong.
        sockets: the app's Socket Mode connections.
    """

    def __init__(
        self,
        app: InstalledApp,
        *,
        workspace: Workspace | None = None,
        seed: int = 0,
        ack_seconds: float = ACK_SECONDS,
    ) -> None:
        self._state = State(app=app, workspace=workspace or default_workspace())
        self._ack_seconds = ack_seconds
        self.faults = Faults()
        self.sockets = Sockets(app_id=app.app_id, faults=self.faults, seed=seed)
        self._response_urls = ResponseUrls(self._state)
        self._api = WebApi(
            self._state, open_socket=lambda: f"ws://{self._host}{self.sockets.open()}"
        )
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._session: aiohttp.ClientSession | None = None
        self._port = 0

    @property
    def app(self) -> InstalledApp:
        """The app as it is installed now."""
        return self._state.app

    @property
    def workspace(self) -> Workspace:
        """People, channels, messages."""
        return self._state.workspace

    @property
    def ledger(self) -> Ledger:
        """Every call and every message that was ever taken."""
        return self._state.ledger

    @property
    def api_url(self) -> str:
        """Where the Web API is: what an app takes as its base URL."""
        return f"http://{self._host}/api/"

    @property
    def _host(self) -> str:
        return f"{_HOST}:{self._port}"

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        routes = Routes(
            state=self._state,
            api=self._api,
            response_urls=self._response_urls,
            sockets=self.sockets,
            faults=self.faults,
        )
        self._runner = web.AppRunner(routes.application(), shutdown_timeout=1)
        await self._runner.setup()
        await self._listen(self._runner)
        # Slack's own machines are many: a crowd that types at once waits for the app alone.
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def stop(self) -> None:
        """Let go whom a fault holds, close every socket, and stop listening."""
        self.faults.switch_off()
        await self.sockets.close()
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """The fault ``refuse``: for a while nobody listens at our port at all."""
        if self._site is None or self._runner is None:
            raise RuntimeError("the local Slack is not started")
        self.sockets.drop()
        await self._site.stop()
        try:
            yield
        finally:
            await self._listen(self._runner)

    def set_request_url(self, url: str) -> None:
        """Deliver over HTTP from now on: the address is known once the app listens."""
        self._state.app = replace(self.app, request_url=url)

    async def connected(self, *, timeout: float = 10) -> None:  # noqa: ASYNC109 - reads like asyncio's own waits
        """Wait until the app has a socket.

        Raises:
            TimeoutError: it has none after ``timeout`` seconds.
        """
        await self.sockets.connected(timeout=timeout)

    def signed(
        self, body: bytes, *, timestamp: int | str | None = None, content_type: str | None = None
    ) -> dict[str, str]:
        """Headers with a true signature of ``body``, to forge, age and replay requests by hand."""
        stamp = int(self._state.now()) if timestamp is None else timestamp
        kind = {} if content_type is None else {"content_type": content_type}
        return sign(self.app.signing_secret, body, timestamp=stamp, **kind)

    async def command(
        self,
        text: str = "",
        *,
        command: str = "/evals",
        user: str = "U0MEMBER",
        channel: str = "C0EVALS",
    ) -> Interaction:
        """Somebody types a slash command.

        Real Slack offers it to people of its own workspace alone; here a stranger's is delivered,
        too, so that a test can show that the app turns it down.

        Raises:
            ValueError: the app has no such command.
            KeyError: there is no such person or channel.
        """
        if command not in self.app.commands:
            raise ValueError(f"{command} is not a command of this app")
        key, interaction = self._begin(channel=channel, user=user, pressed=None)
        interaction.payload = shapes.command_payload(
            self.app,
            command=command,
            text=text,
            user=self.workspace.users[user],
            channel=self.workspace.channels[channel],
            response_url=interaction.response_url,
            trigger_id=interaction.trigger_id,
        )
        await self._deliver("slash_commands", interaction)
        body = interaction.ack.body
        if interaction.problem is None and body:
            self._response_urls.acknowledge(key, body if isinstance(body, dict) else {"text": body})
        return interaction

    async def press(
        self,
        message: Message,
        action_id: str,
        *,
        user: str = "U0MEMBER",
        value: str | None = None,
        block_id: str | None = None,
        index: int = 0,
    ) -> Interaction:
        """Somebody presses a button of a message, or a hand-made one when ``value`` is given.

        ``index`` tells buttons of the same ``action_id`` apart, in reading order.

        Raises:
            LookupError: the message has no such button.
        """
        block, control = _find(message, action_id, kind="button", block_id=block_id, index=index)
        known = ("action_id", "text", "value", "style")
        action: dict[str, Any] = {key: control[key] for key in known if key in control}
        if value is not None:
            action["value"] = value
        return await self._act(message, {**action, "block_id": block, "type": "button"}, user=user)

    async def choose(
        self,
        message: Message,
        action_id: str,
        option: str | dict[str, Any],
        *,
        user: str = "U0MEMBER",
        block_id: str | None = None,
        index: int = 0,
    ) -> Interaction:
        """Somebody chooses from a menu, by an option's value or label; a dict is a hand-made one.

        Raises:
            LookupError: the message has no such menu, or the menu no such option.
        """
        block, control = _find(message, action_id, kind=None, block_id=block_id, index=index)
        action = {
            "type": control["type"],
            "action_id": control["action_id"],
            "block_id": block,
            "selected_option": option if isinstance(option, dict) else _option(control, option),
        }
        if "placeholder" in control:
            action["placeholder"] = control["placeholder"]
        return await self._act(message, action, user=user)

    async def event(self, event: dict[str, Any]) -> Interaction:
        """Something happened that the app subscribed to; ``event`` is the inner event."""
        interaction = Interaction(
            payload=shapes.event_payload(
                self.app,
                event,
                event_id=f"Ev0{self.workspace.new_id()}",
                at=self._state.now(),
            )
        )
        await self._deliver("events_api", interaction)
        return interaction

    async def _act(self, message: Message, action: dict[str, Any], *, user: str) -> Interaction:
        _, interaction = self._begin(channel=message.channel, user=user, pressed=message)
        interaction.payload = shapes.actions_payload(
            self.app,
            message=message,
            action={**action, "action_ts": f"{self._state.now():.6f}"},
            user=self.workspace.users[user],
            channel=self.workspace.channels[message.channel],
            response_url=interaction.response_url,
            trigger_id=interaction.trigger_id,
        )
        await self._deliver("interactive", interaction)
        return interaction

    def _begin(
        self, *, channel: str, user: str, pressed: Message | None
    ) -> tuple[str, Interaction]:
        interaction = Interaction(payload={})
        key = self._response_urls.create(
            channel=channel, user=user, pressed=pressed, tell=interaction.add
        )
        interaction.response_url = f"http://{self._host}/{key}"
        interaction.trigger_id = f"{self.workspace.new_id()}.trigger"
        self._state.triggers.add(interaction.trigger_id, at=self._state.now())
        return key, interaction

    async def _deliver(self, kind: Kind, interaction: Interaction) -> None:
        parcel = pack(
            self.app,
            kind,
            interaction.payload,
            envelope_id=f"envelope-{self.workspace.new_id()}",
            timestamp=int(self._state.now()),
        )
        interaction.redeliver = lambda: self._send(parcel)
        interaction.ack = await self._send(parcel)

    async def _send(self, parcel: Parcel) -> Ack:
        if self.app.request_url is None:
            return await emit(self.sockets, parcel, deadline_seconds=self._ack_seconds)
        if self._session is None:
            raise RuntimeError("the local Slack is not started")
        return await post(
            self._session, self.app.request_url, parcel, deadline_seconds=self._ack_seconds
        )

    async def _listen(self, runner: web.AppRunner) -> None:
        self._site = web.TCPSite(runner, _HOST, self._port, backlog=_BACKLOG)
        await self._site.start()
        self._port = runner.addresses[0][1]


def _find(
    message: Message, action_id: str, *, kind: str | None, block_id: str | None, index: int
) -> tuple[str, dict[str, Any]]:
    found = [
        (block, control)
        for block, control in shapes.controls_of(message)
        if control["action_id"] == action_id
        and block_id in {None, block}
        and (control["type"] == "button") == (kind == "button")
    ]
    if index >= len(found):
        raise LookupError(f"no control {action_id!r} at {index} in this message")
    return found[index]


def _option(control: dict[str, Any], wanted: str) -> dict[str, Any]:
    for option in shapes.options_of(control):
        if wanted in {option["value"], option["text"]["text"]}:
            return option
    raise LookupError(f"no option {wanted!r} in {control['action_id']!r}")
