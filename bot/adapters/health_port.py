"""The health port: ``/healthz``, ``/readyz``, ``/metrics``, for supervisors and Prometheus."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

Checks = Callable[[], Awaitable[Mapping[str, bool]]]
Page = Callable[[], Awaitable[bytes]]


def health_app(checks: Checks, metrics: Page) -> web.Application:
    """``/healthz``: the process runs. ``/readyz``: 200 when every check holds, else 503."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        found = await checks()
        ready = all(found.values())
        return web.json_response({"ready": ready, **found}, status=200 if ready else 503)

    async def figures(_: web.Request) -> web.Response:
        return web.Response(body=await metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    application = web.Application()
    application.router.add_get("/healthz", healthz)
    application.router.add_get("/readyz", readyz)
    application.router.add_get("/metrics", figures)
    return application
