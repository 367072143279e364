"""Together's protocol without any I/O: requests to send, and what an answer means.

Source: Together's OpenAPI document, ``GET /evaluation`` and ``GET /evaluation/{id}``, and
https://docs.together.ai/docs/error-codes.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlencode

from pydantic_core import from_json

from bot import __version__
from bot.adapters.together_jobs import read_job, read_jobs
from bot.domain.errors import (
    JobNotFound,
    SettingsError,
    TogetherBusy,
    TogetherError,
    TogetherGarbled,
    TogetherRefused,
    TogetherRefusedKey,
    TogetherUnreachable,
)
from bot.domain.jobs import JOB_ID, EvaluationJob, JobList

BODY_BYTES = 8_000_000
"""Longer answers are refused: 100 jobs take about 180 kB."""

_DETAIL_CHARS = 300
_ERROR_BODY_BYTES = 64_000
_LONGEST_WAIT_SECONDS = 86_400.0
# https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3: whole seconds; some servers send fractions.
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
# What an HTTP header may carry: https://www.rfc-editor.org/rfc/rfc9110#section-5.5
_KEY = re.compile(r"[!-~]+")
_KINDS: Mapping[int, type[TogetherError]] = {
    401: TogetherRefusedKey,
    403: TogetherRefusedKey,
    408: TogetherUnreachable,
}
_TOO_MANY_REQUESTS = 429
_NOT_FOUND = 404

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as it came: header names in lower case, the body raw.

    ``body`` may end anywhere beyond ``BODY_BYTES``: by then it is too long anyway.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherWire:
    """How to ask one Together with one key.

    Attributes:
        base_url: used as it is, but for a slash at its end.
        api_key: goes into one header, and is cut out of whatever Together says.

    Raises:
        SettingsError: the key cannot go into a header.
    """

    base_url: str
    api_key: str = field(repr=False)

    def __post_init__(self) -> None:
        # HTTP libraries quote such a header in their errors, with the key in it.
        if not _KEY.fullmatch(self.api_key):
            raise SettingsError("TOGETHER_API_KEY may hold letters, digits and signs, no blanks")

    @property
    def headers(self) -> Mapping[str, str]:
        """What goes along with every request."""
        return {
            "Authorization": f"Bearer {self.api_key}",
            "Accept": "application/json",
            # A small compressed body can inflate to any size.
            "Accept-Encoding": "identity",
            "User-Agent": f"evals-bot/{__version__}",
        }

    def list_url(self, *, status: str | None, limit: int | None) -> str:
        """Where to get a list; None leaves an option out."""
        options = {"status": status, "limit": limit}
        query = urlencode({name: value for name, value in options.items() if value is not None})
        return f"{self._evaluations}?{query}" if query else self._evaluations

    def job_url(self, job_id: str) -> str:
        """Where to get one job.

        Raises:
            JobNotFound: no job has such an id, and it may not stand in a path.
        """
        if not JOB_ID.fullmatch(job_id):
            raise JobNotFound(job_id)
        return f"{self._evaluations}/{job_id}"

    def jobs_in(self, reply: Reply, *, now: datetime) -> JobList:
        """What a list answer says.

        Raises:
            TogetherError: it is no list; ``now`` tells how far off a Retry-After date is.
        """
        return self._decode(reply, read_jobs, now=now)

    def job_in(self, reply: Reply, *, job_id: str, now: datetime) -> EvaluationJob:
        """What the answer about one job says.

        Raises:
            JobNotFound: Together knows no such job.
            TogetherError: it is no job.
        """
        if reply.status == _NOT_FOUND:
            raise JobNotFound(job_id, detail=self._detail(reply))
        return self._decode(reply, read_job, now=now)

    @property
    def _evaluations(self) -> str:
        return f"{self.base_url.rstrip('/')}/evaluation"

    def _decode(self, reply: Reply, read: Callable[[bytes], T], *, now: datetime) -> T:
        if not 200 <= reply.status < 300:  # noqa: PLR2004 - HTTP's own numbers
            raise self._refusal(reply, now=now)
        if _encoding(reply) != "identity":
            raise TogetherGarbled("Together compressed its answer", status=reply.status)
        if len(reply.body) > BODY_BYTES:
            raise TogetherGarbled("Together's answer is too long", status=reply.status)
        try:
            return read(reply.body)
        except ValueError as error:
            summary = "Together's answer is not what it promises"
            raise TogetherGarbled(summary, status=reply.status) from error

    def _refusal(self, reply: Reply, *, now: datetime) -> TogetherError:
        summary, detail = f"Together answered with HTTP {reply.status}", self._detail(reply)
        if reply.status == _TOO_MANY_REQUESTS:
            wait = retry_after_seconds(reply, now=now)
            return TogetherBusy(summary, retry_after_seconds=wait, detail=detail)
        otherwise = TogetherUnreachable if reply.status >= 500 else TogetherRefused  # noqa: PLR2004
        kind = _KINDS.get(reply.status, otherwise)
        return kind(summary, status=reply.status, detail=detail)

    def _detail(self, reply: Reply) -> str:
        """Together's own words, when it sent an error object; a web page says nothing to us."""
        if len(reply.body) > _ERROR_BODY_BYTES or _encoding(reply) != "identity":
            return ""
        try:
            told = from_json(reply.body)
        except ValueError:
            return ""
        error = told.get("error") if isinstance(told, dict) else None
        words = error.get("message") if isinstance(error, dict) else error
        if not isinstance(words, str):
            return ""
        detail = " ".join(words.replace(self.api_key, "[key]").split())
        return detail if len(detail) <= _DETAIL_CHARS else detail[: _DETAIL_CHARS - 1] + "…"


def retry_after_seconds(reply: Reply, *, now: datetime) -> float | None:
    """What Retry-After asks for, as seconds or as a date; None when it asks for nothing sensible.

    Args:
        reply: the answer that may hold the header.
        now: aware; a date is as far off as it is from here.
    """
    asked = reply.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(asked):
        seconds = float(asked)
    else:
        try:
            at = parsedate_to_datetime(asked)
            seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
        except (ValueError, OverflowError):
            return None
    return max(seconds, 0.0) if seconds <= _LONGEST_WAIT_SECONDS else None


def _encoding(reply: Reply) -> str:
    return reply.headers.get("content-encoding", "").strip().lower() or "identity"
