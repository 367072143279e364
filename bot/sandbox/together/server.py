"""The local Together as a server: its evaluation API on a free port of this machine."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.sandbox.together.faults import Faults, Met, arrange, bend, thin_out
from bot.sandbox.together.jobs import WireJob
from bot.sandbox.together.stand_ins import refusal, stand_in
from bot.sandbox.together.wire import BadQuestion, RecordedRequest, list_question
from bot.sandbox.together.world import Order, World, select

_BAD_REQUEST = 400
_UNAUTHORIZED = 401
_KEY_HEADER = "Authorization"
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_Tell = Callable[[web.Request, Met], web.Response]


class LocalTogether:
    """Together on ``127.0.0.1``, from ``start`` to ``stop`` or within ``async with``.

    Attributes:
        world: what it knows; change it, and the next answer tells.
        faults: what goes wrong, by a switch.
        requests: everything that came in, oldest first.
    """

    def __init__(
        self, world: World, *, api_key: str, order: Order = "shuffled", seed: int = 0
    ) -> None:
        self.world = world
        self.faults = Faults()
        self.requests: list[RecordedRequest] = []
        self._api_key = api_key
        self._order: Order = order
        self._seed = seed
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._came = asyncio.Event()

    @property
    def base_url(self) -> str:
        """What goes into ``TOGETHER_BASE_URL``; known once it has started."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def start(self) -> None:
        """Listen: on a free port at first, on the same one after a stop."""
        app = web.Application(middlewares=[self._record])
        for path, tell in (
            ("/v1/evaluation", self._list),
            ("/v1/evaluation/{id}", self._job),
            ("/v1/evaluation/{id}/status", self._status),
            ("/v1/files/{id}/content", self._file),
        ):
            app.router.add_get(path, self._serving(tell), allow_head=False)
        # A request that nobody waits for any more ends at once, however slow its fault is.
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Listen no more, and drop every connection."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def until_asked(self, times: int) -> None:
        """Wait until that many requests have come in."""
        while len(self.requests) < times:
            self._came.clear()
            await self._came.wait()

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

    @web.middleware
    async def _record(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Write down what came in; every refusal is an error object."""
        self.requests.append(
            RecordedRequest(
                method=request.method,
                path=request.path,
                query=dict(request.query),
                headers={name: v for name, v in request.headers.items() if name != _KEY_HEADER},
                authorized=self._is_authorized(request),
            )
        )
        self._came.set()
        try:
            return await handler(request)
        except BadQuestion as error:
            return refusal(_BAD_REQUEST, str(error), param=error.param)
        except web.HTTPException as error:
            return refusal(error.status, error.reason)

    def _serving(self, tell: _Tell) -> _Handler:
        """Meet the faults, check the key, then tell."""

        async def serve(request: web.Request) -> web.StreamResponse:
            met = self.faults.take()
            if fault := met.get("slow"):
                await self.faults.hold(fault)
            if (instead := await stand_in(request, met)) is not None:
                return instead
            if not self._is_authorized(request):
                return refusal(_UNAUTHORIZED, "Invalid API key provided.")
            return tell(request, met)

        return serve

    def _is_authorized(self, request: web.Request) -> bool:
        return request.headers.get(_KEY_HEADER) == f"Bearer {self._api_key}"

    def _list(self, request: web.Request, met: Met) -> web.Response:
        question = list_question(request.query)
        rows = select(
            thin_out(bend(self.world.jobs(), met), met),
            status=question.status,
            limit=question.limit,
            order=self._order,
            seed=self._seed,
        )
        return web.json_response(arrange(rows, met))

    def _job(self, request: web.Request, met: Met) -> web.Response:
        return web.json_response(self._told(request, met))

    def _status(self, request: web.Request, met: Met) -> web.Response:
        job = self._told(request, met)
        return web.json_response({"status": job.get("status"), "results": job.get("results")})

    def _file(self, request: web.Request, _: Met) -> web.Response:
        rows = self.world.file(request.match_info["id"])
        if rows is None:
            raise web.HTTPNotFound(reason="No such file.")
        lines = "".join(f"{json.dumps(row)}\n" for row in rows)
        return web.Response(body=lines.encode(), content_type="application/octet-stream")

    def _told(self, request: web.Request, met: Met) -> WireJob:
        job = self.world.job(request.match_info["id"])
        told = bend([job] if job else [], met)
        if not told:
            raise web.HTTPNotFound(reason="No such evaluation job.")
        return told[0]
