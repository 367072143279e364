"""The answers that faults send in place of the right one."""

import asyncio
import gzip
from collections.abc import Callable, Mapping

from aiohttp import web

from bot.sandbox.together.faults import Fault, FaultName, Met
from bot.sandbox.together.wire import error_data

_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "authentication_error",
    404: "not_found_error",
    405: "invalid_request_error",
    429: "rate_limit_error",
}
_PAGE = "<!doctype html><title>Together</title><p>The site is being looked after.</p>"
_BOMB_BYTES = 16_000_000
_OVERSIZE_BYTES = 9_000_000
_DRIP_SECONDS = 0.01
_BAD_KEY = 401
_TOO_MANY_REQUESTS = 429
_OVERLOADED = 503
_FOUND = 302


async def stand_in(request: web.Request, met: Met) -> web.StreamResponse | None:
    """Send what the first of these faults sends, or None when none of them takes the place."""
    for name, fault in met.items():
        match name:
            case "refuse":
                _reset(request)
                return web.Response()
            case "timeout":
                await asyncio.Event().wait()
            case "drip":
                return await _drip(request)
            case _ if name in _ANSWERS:
                return _ANSWERS[name](request, fault)
    return None


def refusal(
    status: int, message: str, *, param: str | None = None, retry_after: str | None = None
) -> web.Response:
    """An error object with its status."""
    return web.json_response(
        error_data(message, kind=_KINDS.get(status, "server_error"), param=param),
        status=status,
        headers=None if retry_after is None else {"Retry-After": retry_after},
    )


def _reset(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _drip(request: web.Request) -> web.StreamResponse:
    """JSON allows blanks at its beginning, so this could still become a right answer."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(_DRIP_SECONDS)


def _bad_key(_: web.Request, fault: Fault) -> web.Response:
    return refusal(fault.status or _BAD_KEY, "Invalid API key provided.")


def _too_many_requests(_: web.Request, fault: Fault) -> web.Response:
    return refusal(_TOO_MANY_REQUESTS, "Too many requests.", retry_after=fault.retry_after)


def _trouble(_: web.Request, fault: Fault) -> web.Response:
    message = "The service is overloaded."
    return refusal(fault.status or _OVERLOADED, message, retry_after=fault.retry_after)


def _page(_: web.Request, fault: Fault) -> web.Response:
    return web.Response(text=_PAGE, content_type="text/html", status=fault.status or 200)


def _bad_json(_: web.Request, __: Fault) -> web.Response:
    return web.Response(text='[{"workflow_id": "eval-7df2", "status', content_type=_JSON)


def _not_a_list(request: web.Request, _: Fault) -> web.Response:
    is_list = request.path.endswith("/evaluation")
    return web.json_response({"data": []} if is_list else [])


def _bomb(_: web.Request, __: Fault) -> web.Response:
    body = gzip.compress(b"[" + b" " * _BOMB_BYTES + b"]", compresslevel=1)
    return web.Response(body=body, content_type=_JSON, headers={"Content-Encoding": "gzip"})


def _oversize(_: web.Request, __: Fault) -> web.Response:
    return web.Response(body=b"[" + b" " * _OVERSIZE_BYTES + b"]", content_type=_JSON)


def _redirect(_: web.Request, fault: Fault) -> web.Response:
    return web.Response(status=fault.status or _FOUND, headers={"Location": "/elsewhere"})


_JSON = "application/json"
_ANSWERS: Mapping[FaultName, Callable[[web.Request, Fault], web.Response]] = {
    "429": _too_many_requests,
    "5xx": _trouble,
    "bad_key": _bad_key,
    "html": _page,
    "bad_json": _bad_json,
    "not_a_list": _not_a_list,
    "bomb": _bomb,
    "oversize": _oversize,
    "redirect": _redirect,
}
