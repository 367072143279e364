"""Socket Mode's server side: tickets, ``hello``, envelopes and their acknowledgements.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
from random import Random
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.slack.faults import SOCKET_FAULTS, Faults

MAX_SOCKETS = 10
CONNECTION_SECONDS = 3600
_CLOSE_SECONDS = 1.0


class NoSocket(Exception):
    """No live socket to deliver to."""


class Sockets:
    """The app's sockets. Each envelope goes to any one of them, chosen by ``seed``."""

    def __init__(self, *, app_id: str, faults: Faults, seed: int = 0) -> None:
        self._app_id = app_id
        self._faults = faults
        self._random = Random(seed)  # noqa: S311 - which socket it is shall be repeatable
        self._tickets: set[str] = set()
        self._issued = 0
        self._live: list[tuple[web.WebSocketResponse, web.Request]] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._is_connected = asyncio.Event()

    def __len__(self) -> int:
        return len(self._live)

    def open(self) -> str:
        """A path with a ticket that opens one socket, once."""
        self._issued += 1
        ticket = f"ticket-{self._issued}-{self._random.getrandbits(64):016x}"
        self._tickets.add(ticket)
        return f"/link/?ticket={ticket}&app_id={self._app_id}"

    async def connected(self, *, timeout: float = 10) -> None:  # noqa: ASYNC109 - reads like asyncio's own waits
        """Wait until a socket is up and was greeted; woken by it, never by polling.

        Raises:
            TimeoutError: none was within ``timeout`` seconds.
        """
        async with asyncio.timeout(timeout):
            await self._is_connected.wait()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One socket, from its ticket to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=False, timeout=_CLOSE_SECONDS)
        await socket.prepare(request)
        if len(self._live) >= MAX_SOCKETS:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        one = (socket, request)
        self._live.append(one)
        try:
            await self._greet(socket)
            self._is_connected.set()
            await self._listen(socket)
        finally:
            self._forget(one)
        return socket

    async def send(self, envelope: dict[str, Any]) -> Any:
        """Send one envelope and wait for its acknowledgement; the payload of that is returned.

        Raises:
            NoSocket: there is no live socket, or it broke before it could acknowledge.
        """
        if not self._live:
            raise NoSocket
        one = self._random.choice(self._live)
        fault = self._faults.take("envelope", among=SOCKET_FAULTS)
        name = fault.name if fault is not None else ""
        if name == "drop":
            self._cut(one)
            raise NoSocket
        ack: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = ack
        try:
            if name != "halfopen":
                for _ in range(2 if name == "dup" else 1):
                    await one[0].send_str(json.dumps(envelope))
            return await ack
        except ConnectionError as error:
            raise NoSocket from error
        finally:
            self._waiting.pop(envelope["envelope_id"], None)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every client to come again; ``warning`` and ``link_disabled`` are reasons, too."""
        for socket, _ in list(self._live):
            await socket.send_json(_disconnect(reason))

    def drop(self) -> None:
        """Cut every socket without a word."""
        for one in list(self._live):
            self._cut(one)

    async def close(self) -> None:
        """End every socket in good order."""
        for socket, _ in list(self._live):
            await socket.close()

    async def _greet(self, socket: web.WebSocketResponse) -> None:
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._live),
                "connection_info": {"app_id": self._app_id},
                "debug_info": {
                    "host": "local",
                    "build_number": 1,
                    "approximate_connection_time": CONNECTION_SECONDS,
                },
            }
        )
        await socket.ping(b"ping from the local Slack")

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for frame in socket:
            if self._faults.is_on("halfopen"):
                continue
            if frame.type is WSMsgType.PING:
                await socket.pong(frame.data)
            elif frame.type is WSMsgType.TEXT:
                self._hear(frame.data)

    def _hear(self, text: str) -> None:
        """An acknowledgement; whatever else a client says, Slack does not mind."""
        try:
            message = json.loads(text)
        except ValueError:
            return
        envelope_id = message.get("envelope_id") if isinstance(message, dict) else None
        ack = self._waiting.get(str(envelope_id))
        if ack is not None and not ack.done():
            ack.set_result(message.get("payload"))

    def _cut(self, one: tuple[web.WebSocketResponse, web.Request]) -> None:
        self._forget(one)
        if one[1].transport is not None:
            one[1].transport.abort()

    def _forget(self, one: tuple[web.WebSocketResponse, web.Request]) -> None:
        if one in self._live:
            self._live.remove(one)
        if not self._live:
            self._is_connected.clear()


def _disconnect(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}}
