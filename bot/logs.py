"""One logging set-up: readable on a terminal, JSON lines otherwise, secrets left out of both.

A log message is constant; what varies comes along as ``extra``. So lines can be counted and found.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from bot.settings import LogFormat

_REDACTED = "[redacted]"
_SECRET = re.compile(
    r"xox[a-z]-[\w-]+"  # Slack's tokens
    r"|xapp-[\w-]+"
    r"|(?<=Bearer )\S+"
    r"|(?<=ticket=)[\w-]+"  # a Socket Mode address is good for one entry
    r"|(?<=://)[^\s\"']+/(?:commands|actions)/[^\s\"']+"  # a response URL lets anyone answer
)
_LIBRARIES = ("slack_sdk", "slack_bolt", "aiohttp", "asyncio")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def set_up_logging(
    level: str, form: LogFormat, *, secrets: Iterable[str] = (), stream: TextIO = sys.stderr
) -> None:
    """Log to ``stream``. ``secrets`` never appear, wherever they turn up, tracebacks included."""
    readable = form is LogFormat.TEXT or (form is LogFormat.AUTO and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter((_Readable if readable else _Json)(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # At DEBUG these print whole bodies; at INFO httpx prints each call, and Alembic its parts.
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(max(root.level, logging.INFO))
    for name in ("httpx", "httpcore", "alembic"):
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    logging.getLogger("slack_bolt.AsyncApp").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Bolt warns at each start that a client goes before SLACK_BOT_TOKEN: here it shall."""
    return "`client` as well" not in record.getMessage()


class _Redacting(logging.Formatter):
    """The last step before a line is written, so that nothing gets round it."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        # The longest first: a secret may hold another one.
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        line = self._line(record)
        for secret in self._secrets:
            line = line.replace(secret, _REDACTED)
        return _SECRET.sub(_REDACTED, line)

    def _line(self, record: logging.LogRecord) -> str:
        raise NotImplementedError


class _Readable(_Redacting):
    """``12:00:01 INFO  bot.app: ready (transport=Socket Mode)``."""

    def _line(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        more = ", ".join(f"{name}={_one_line(value)}" for name, value in _extra(record).items())
        line = f"{time} {record.levelname:<7} {record.name}: {record.getMessage()}"
        line += f" ({more})" if more else ""
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class _Json(_Redacting):
    """One JSON object a line."""

    def _line(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_extra(record),
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, default=str)


def _one_line(value: Any) -> str:
    """Foreign text must not look like a log line of its own."""
    text = str(value)
    return text if text.isprintable() else repr(text)


def _extra(record: logging.LogRecord) -> Mapping[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}
