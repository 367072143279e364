"""What the local Together hears and says: recorded requests, list questions, error objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
"""More is asked for in vain: the answer holds this many jobs at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """One request as it came in. The key itself is not kept, only whether it was the right one."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    authorized: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuestion:
    """What a client wants listed; None for all statuses."""

    status: str | None = None
    limit: int = DEFAULT_LIMIT


class BadQuestion(ValueError):
    """A question that Together would answer with 400. ``param`` is the option at fault."""

    def __init__(self, message: str, *, param: str) -> None:
        self.param = param
        super().__init__(message)


def list_question(query: Mapping[str, str]) -> ListQuestion:
    """Read the query string of ``GET /evaluation``.

    Raises:
        BadQuestion: ``limit`` is not a whole number from 1.
    """
    limit = query.get("limit", str(DEFAULT_LIMIT))
    # Python's int() is happy with "1_0", " 1 " and a thousand digits; a server is not.
    if not limit.isascii() or not limit.isdigit() or len(limit) > len("1000000000"):
        raise BadQuestion("limit must be a whole number", param="limit")
    if int(limit) < 1:
        raise BadQuestion("limit must be at least 1", param="limit")
    return ListQuestion(status=query.get("status"), limit=min(int(limit), MAX_LIMIT))


def error_data(message: str, *, kind: str, param: str | None = None) -> dict[str, Any]:
    """An error as Together writes it (``ErrorData`` of its OpenAPI document)."""
    return {"error": {"message": message, "type": kind, "param": param, "code": None}}
