"""Rows of the outbox: from the table to values, and how new ones get in."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.engines import Database
from bot.adapters.store.tables import outbox
from bot.domain.outbox import Kind, NewRow, Row, State

_AT_ONCE = 1000
"""Keys in one question: SQLite takes 32,766 parameters, PostgreSQL 65,535."""

_NEW_ROW = [field.name for field in fields(NewRow) if field.name != "muted"]


def row_of(stored: RowMapping) -> Row:
    """What a row of the table says."""
    values = dict(stored)
    values["kind"] = Kind(values["kind"])
    values["state"] = State(values["state"])
    return Row(**values, muted=values["state"] is State.MUTED)


async def insert_rows(
    connection: AsyncConnection, database: Database, rows: Sequence[NewRow], *, now: datetime
) -> Sequence[NewRow]:
    """Store rows in their order; return those whose key was new."""
    unknown = await _unknown(connection, rows)
    if not unknown:
        return ()
    insert = database.insert(outbox).on_conflict_do_nothing(index_elements=[outbox.c.key])
    values = [
        {
            **{name: getattr(row, name) for name in _NEW_ROW},
            "state": State.MUTED if row.muted else State.PENDING,
            "created_at": now,
        }
        for row in unknown
    ]
    new = set(await connection.scalars(insert.returning(outbox.c.key), values))
    return [row for row in unknown if row.key in new]


async def cover_rows(
    connection: AsyncConnection,
    database: Database,
    members: Sequence[NewRow],
    *,
    by: NewRow,
    now: datetime,
) -> None:
    """Store a row that says what ``members`` say, and mark them as covered by it."""
    await insert_rows(connection, database, [by], now=now)
    group = await connection.scalar(select(outbox.c.id).where(outbox.c.key == by.key))
    for keys in _parts([row.key for row in members]):
        await connection.execute(
            update(outbox)
            .where(outbox.c.key.in_(keys))
            .values(state=State.COVERED, covered_by=group)
        )


async def _unknown(connection: AsyncConnection, rows: Sequence[NewRow]) -> list[NewRow]:
    """Those whose key is not stored, each key once. Most polls find that all of theirs are."""
    by_key: dict[str, NewRow] = {}
    for row in rows:
        by_key.setdefault(row.key, row)
    for keys in _parts(list(by_key)):
        for key in await connection.scalars(select(outbox.c.key).where(outbox.c.key.in_(keys))):
            del by_key[key]
    return list(by_key.values())


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
