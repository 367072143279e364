"""The health port: ``/healthz`` and ``/readyz``, for supervisors and load balancers."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

Checks = Mapping[str, Callable[[], Awaitable[bool]]]


def health_app(checks: Checks) -> web.Application:
    """``/healthz``: the process runs. ``/readyz``: 200 when every check holds, else 503."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        found = {name: await check() for name, check in checks.items()}
        ready = all(found.values())
        return web.json_response({"ready": ready, **found}, status=200 if ready else 503)

    application = web.Application()
    application.router.add_get("/healthz", healthz)
    application.router.add_get("/readyz", readyz)
    return application
