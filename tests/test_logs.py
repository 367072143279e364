"""What a log line says, and what it never says."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot.logs import set_up_logging
from bot.settings import LogFormat

URL = "https://hooks.slack.com/commands/T0LOCAL/123/abcdef"


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("slack_sdk", "slack_bolt", "httpx")}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def logged(form: LogFormat, *, secrets: tuple[str, ...] = (), level: str = "INFO") -> io.StringIO:
    stream = io.StringIO()
    set_up_logging(level, form, secrets=secrets, stream=stream)
    return stream


def test_a_json_line_holds_the_message_and_what_varies() -> None:
    stream = logged(LogFormat.AUTO)
    logging.getLogger("bot.x").warning("an answer failed", extra={"reference": "7f3a1c"})
    line = json.loads(stream.getvalue())
    assert line["message"] == "an answer failed"
    assert line["reference"] == "7f3a1c"
    assert line["level"] == "warning"
    assert line["time"].endswith("+00:00")


def test_a_readable_line_fits_one_line_whatever_is_in_it() -> None:
    stream = logged(LogFormat.TEXT)
    logging.getLogger("bot.x").info("asked", extra={"words": "a\nINFO fake: line"})
    assert stream.getvalue().count("\n") == 1
    assert "asked (words='a\\nINFO fake: line')" in stream.getvalue()


@pytest.mark.parametrize("form", [LogFormat.TEXT, LogFormat.JSON])
@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1-made-up",
        "xapp-1-made-up",
        "configured value",
        URL,
        "https://hooks.slack.com/actions/T0/1/x",
    ],
)
def test_no_secret_is_logged_anywhere(form: LogFormat, secret: str) -> None:
    stream = logged(form, secrets=("configured value",))
    logger = logging.getLogger("bot.x")
    logger.info("asked %s", secret)
    logger.info("asked", extra={"url": secret})
    try:
        int(secret)  # the error quotes its input
    except ValueError:
        logger.exception("failed")
    assert secret not in stream.getvalue()
    assert stream.getvalue().count("[redacted]") >= 3
    assert "ValueError" in stream.getvalue()


def test_bearer_headers_and_socket_tickets_are_left_out() -> None:
    stream = logged(LogFormat.TEXT)
    logging.getLogger("x").info("Authorization: Bearer tgp_made_up wss://h/link?ticket=abc-1&x=2")
    assert "tgp_made_up" not in stream.getvalue()
    assert "abc-1" not in stream.getvalue()


def test_libraries_never_print_bodies() -> None:
    logged(LogFormat.JSON, level="DEBUG")
    assert not logging.getLogger("slack_sdk.web").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("slack_bolt.AsyncApp").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert logging.getLogger("bot.x").isEnabledFor(logging.DEBUG)
