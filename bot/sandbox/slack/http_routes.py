"""The local Slack's HTTP side: requests in, replies out, and the faults in between."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.sandbox.slack.faults import AFTER_ACCEPT, ERRORS, Fault, Faults
from bot.sandbox.slack.ledger import Entry
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.socket_mode import Sockets
from bot.sandbox.slack.state import State, rate_limited
from bot.sandbox.slack.web_api import Reply, Request, WebApi

_BODY_BYTES = 4 * 1024 * 1024


class Routes:
    """Everything that an app can reach over HTTP."""

    def __init__(
        self,
        *,
        state: State,
        api: WebApi,
        response_urls: ResponseUrls,
        sockets: Sockets,
        faults: Faults,
    ) -> None:
        self._state = state
        self._api = api
        self._response_urls = response_urls
        self._sockets = sockets
        self._faults = faults

    def application(self) -> web.Application:
        """An aiohttp application with all routes."""
        app = web.Application(client_max_size=_BODY_BYTES)
        app.router.add_route("*", "/api/{method}", self._web_api)
        app.router.add_post("/{origin:commands|actions}/{rest:.+}", self._response_url)
        app.router.add_get("/link/", self._sockets.serve)
        return app

    async def _web_api(self, request: web.Request) -> web.StreamResponse:
        try:
            call = await _read_call(request)
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_json"})
        return await self._answer(
            request, call.method, call.arguments, lambda: self._api.answer(call)
        )

    async def _response_url(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except ValueError:
            body = None
        key = request.path.removeprefix("/")
        arguments = body if isinstance(body, dict) else {}
        return await self._answer(
            request,
            request.match_info["origin"],
            arguments,
            lambda: self._response_urls.use(key, body),
        )

    async def _answer(
        self,
        request: web.Request,
        target: str,
        arguments: dict[str, Any],
        act: Callable[[], Reply],
    ) -> web.StreamResponse:
        """Carry out ``act`` as the fault allows it, write it down, and answer."""
        fault = self._faults.take(target)
        name = None if fault is None else fault.name
        if fault is not None and name not in AFTER_ACCEPT | {"late_accept"}:
            reply = _refuse(fault)
            self._write(target, arguments, reply, fault=name)
            if name in {"stall", "reset_before_accept"}:
                return await _reset(request, after=fault if name == "stall" else None)
            return _response(reply)
        if fault is not None and name == "late_accept":
            await fault.released.wait()
        reply = act()
        self._write(target, arguments, reply, fault=name)
        if fault is None:
            return _response(reply)
        return await _spoilt(request, reply, fault)

    def _write(
        self, target: str, arguments: dict[str, Any], reply: Reply, *, fault: str | None
    ) -> None:
        self._state.ledger.write(
            Entry(
                at=self._state.now(),
                method=target,
                arguments=arguments,
                outcome=reply.outcome,
                fault=fault,
                message=reply.message,
            )
        )


async def _read_call(request: web.Request) -> Request:
    """Query, form or JSON.

    Raises:
        ValueError: the body says it is JSON and is none, or no object.
    """
    arguments: dict[str, Any] = dict(request.query)
    is_json = request.content_type == "application/json"
    if is_json:
        value = json.loads(await request.text() or "{}")
        if not isinstance(value, dict):
            raise ValueError("not an object")
        arguments |= value
    else:
        arguments |= await request.post()
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    token = arguments.pop("token", None)
    return Request(
        method=request.match_info["method"],
        arguments=arguments,
        # Slack looks for a token in a form and never in JSON.
        token=bearer or (None if is_json else token),
        in_header=bool(bearer),
        is_json=is_json,
    )


def _refuse(fault: Fault) -> Reply:
    """The answer of a fault that leaves no effect."""
    if fault.name == "429":
        limited = rate_limited(fault.retry_after_seconds)
        return Reply(status=429, body=limited.body, headers=limited.headers, outcome=limited.error)
    error = fault.name if fault.name in ERRORS else ""
    return Reply(body={"ok": False, "error": error}, outcome=fault.name)


async def _spoilt(request: web.Request, reply: Reply, fault: Fault) -> web.StreamResponse:
    """The answer of a fault that strikes when everything is done already."""
    match fault.name:
        case "500_after_accept":
            return web.Response(status=500, text="Internal Server Error")
        case "bad_json":
            return web.Response(text='{"ok": tru', content_type="application/json")
        case "drip":
            return await _drip(request, reply, fault)
        case _:
            return await _reset(request)


def _response(reply: Reply) -> web.Response:
    if isinstance(reply.body, str):
        return web.Response(status=reply.status, text=reply.body, headers=reply.headers)
    return web.json_response(reply.body, status=reply.status, headers=reply.headers)


async def _drip(request: web.Request, reply: Reply, fault: Fault) -> web.StreamResponse:
    body = json.dumps(reply.body).encode()
    stream = web.StreamResponse(headers={"Content-Type": "application/json"})
    stream.content_length = len(body)
    await stream.prepare(request)
    try:
        await stream.write(body[: len(body) // 2])
        await fault.released.wait()
        await stream.write(body[len(body) // 2 :])
    except ConnectionError:
        return stream  # the client did not want to wait
    return stream


async def _reset(request: web.Request, *, after: Fault | None = None) -> web.StreamResponse:
    """Cut the connection with a TCP reset, as a dying machine does."""
    if after is not None:
        await after.released.wait()
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    await asyncio.sleep(0)
    return web.Response()
