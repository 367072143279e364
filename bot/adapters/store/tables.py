"""The tables as this version knows them. ``migrations`` makes them and has the last word."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

_UNSTORABLE = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000|[\ud800-\udfff]")


def to_json(value: Any) -> str:
    """JSON that each database takes: PostgreSQL's JSONB holds no NUL and no half of a pair."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if text.isascii() and "\\u0000" not in text:
        return text
    # A NUL comes out of json.dumps as \u0000; a backslash before "u0000" in the text as two.
    return _UNSTORABLE.sub("\\1\N{REPLACEMENT CHARACTER}", text)


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite has no type for it: a text that sorts, with microseconds."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC; SQLite's text has no room for an offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        at = value.astimezone(UTC)
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC, whatever the session's zone is."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


Document = JSON().with_variant(JSONB(), "postgresql")
# SQLite gives ids of its own to INTEGER alone, and there it has 64 bits.
Number = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job", Document, nullable=False),
    Column("first_seen_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("silent", Boolean, nullable=False),
    Column("epoch", Integer, nullable=False),
)

watches = Table(
    "watches",
    metadata,
    Column("number", Number, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("job", Text),
    Column("filter", Document, nullable=False),
    Column("events", Document, nullable=False),
    Column("notify", Document, nullable=False),
    Column("thread", Boolean, nullable=False),
    Column("created_by", Text),
    Column("origin", Text, nullable=False),
    Column("identity", Text),
    Column("since", Moment, nullable=False),
    # What makes two watches the same, as a digest: unique among those that have not ended.
    Column("sameness", Text, nullable=False),
    Column("paused_until", Moment),
    Column("fault", Text),
    Column("last_sent_at", Moment),
    Column("ended_at", Moment),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("payload", Document, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("fence", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_until", Moment),
    Column("ts", Text),
    Column("thread_ts", Text),
    Column("error", Text),
    Column("doubted_at", Moment),
    Column("not_found", Integer, nullable=False, default=0),
    Column("covered_by", Number),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    sqlite_autoincrement=True,
)

holds = Table(
    "holds",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("until", Moment, nullable=False),
)

mutes = Table(
    "mutes",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("row_key", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Moment, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Document, nullable=False),
)
