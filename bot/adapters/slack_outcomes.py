"""How a call to Slack can end, each way as one error, and what was taken told from what was not.

https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.domain import slack_codes as codes
from bot.domain.errors import (
    SlackBusy,
    SlackError,
    SlackInDoubt,
    SlackRefused,
    SlackRefusedChannel,
    SlackRefusedMessage,
    SlackRefusedToken,
    SlackUnreachable,
)

_RETRY_AFTER_SECONDS = 30.0
"""When Slack is busy and does not say for how long."""
_RETRY_AFTER_MOST_SECONDS = 3600.0
_CODE_CHARS = 80
_TOO_MANY_REQUESTS = 429
_REQUEST_TIMEOUT = 408
_TROUBLE = 500
_BAD_REQUEST = 400


@contextmanager
def post_errors() -> Iterator[None]:
    """Let what ends a post leave as one of ours, without the request that the SDK's errors hold.

    Raises:
        SlackInDoubt: Slack may have taken it.
        SlackError: Slack has not; which one tells who has to act.
    """
    try:
        yield
    except SlackApiError as error:
        raise _refusal(error.response) from None
    except (
        aiohttp.ClientConnectorError,
        aiohttp.ConnectionTimeoutError,
        aiohttp.ClientHttpProxyError,
        aiohttp.InvalidURL,
    ) as error:
        # Each of these comes before a connection stands: no byte of ours has left.
        raise SlackUnreachable(f"no connection to Slack: {type(error).__name__}") from None
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise SlackInDoubt(f"no clear answer from Slack: {type(error).__name__}") from None
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        # The SDK and we take an answer for an object of JSON in UTF-8; a proxy's need not be one.
        raise SlackInDoubt(f"unreadable answer from Slack: {type(error).__name__}") from None


@contextmanager
def read_errors() -> Iterator[None]:
    """The same for calls that may be repeated freely: doubt about them is none.

    Raises:
        SlackError: any but ``SlackInDoubt``.
    """
    try:
        with post_errors():
            yield
    except SlackInDoubt as error:
        raise SlackUnreachable(str(error), code=error.code) from None


def _refusal(response: Any) -> SlackError:
    """The error for an answer that is not ``ok``: the SDK's own response, or aiohttp's."""
    told = getattr(response, "data", None)
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    said = str(told.get("error") or "") if isinstance(told, dict) else ""
    code = "_".join(said.split())[:_CODE_CHARS]
    if status == _TOO_MANY_REQUESTS or code in codes.BUSY:
        seconds = _retry_after(response.headers or {})
        return SlackBusy("Slack asks to slow down", retry_after_seconds=seconds)
    if status >= _TROUBLE or status == _REQUEST_TIMEOUT or code in codes.DOUBTFUL:
        return SlackInDoubt(f"Slack is in trouble: HTTP {status} {code}", code=code)
    if not code and status < _BAD_REQUEST:
        return SlackInDoubt(f"unreadable answer from Slack: HTTP {status}")
    return _kind_of(code)(f"Slack refused: HTTP {status} {code}", code=code or f"http_{status}")


def _kind_of(code: str) -> type[SlackError]:
    for kind, meant in (
        (SlackUnreachable, codes.PASSING),
        (SlackRefusedMessage, codes.MESSAGE_FAULTS),
        (SlackRefusedChannel, codes.CHANNEL_FAULTS),
        (SlackRefusedToken, codes.TOKEN_FAULTS),
    ):
        if code in meant:
            return kind
    return SlackRefused


def _retry_after(headers: Mapping[str, str]) -> float:
    """Whole seconds, as https://docs.slack.dev/apis/web-api/rate-limits has it."""
    told = {name.lower(): value for name, value in headers.items()}.get("retry-after", "").strip()
    if not (told.isascii() and told.isdigit()):
        return _RETRY_AFTER_SECONDS
    return min(float(told), _RETRY_AFTER_MOST_SECONDS)
