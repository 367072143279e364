"""No question that is asked all the time reads a whole table that grows."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.adapters.store import SqlStore
from bot.domain.outbox import Kind, State
from bot.domain.watches import NewWatch
from bot.ports import Changes, Mute
from tests.fakes import NOON, FakeClock
from tests.stores import MINUTE, claim, new_row, postgres_store, seen_job, sqlite_store

GROWING = ("jobs", "outbox")
# SQLite searches or scans, be it along an index; PostgreSQL's scan of an index has a condition.
WHOLE = re.compile(
    rf"(SCAN|Seq Scan on) ({'|'.join(GROWING)}|ahead)\b"
    rf"|Scan [^\n]*on ({'|'.join(GROWING)})\b[^\n]*\n(?! *(Index|Recheck) Cond)"
)
Statements = list[tuple[str, Any]]


@pytest.fixture(params=["sqlite", "postgres"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlStore]:
    if request.param == "sqlite":
        async with sqlite_store(tmp_path, FakeClock()) as opened:
            yield opened
    else:
        async with postgres_store(FakeClock()) as opened:
            yield opened


async def ask_everything(store: SqlStore) -> None:
    """What polls and deliveries ask, again and again."""
    await store.add_watch(NewWatch(channel="C1", since=NOON))
    await store.unfinished()
    rows = [new_row(f"eval-{number}", f"C{number // 9}") for number in range(30)]
    changes = Changes(
        seen=[seen_job("eval-1"), seen_job("eval-2", "completed")],
        rows=rows,
        settings={"mark": 1},
        ended_watches=[1],
    )
    ids = [f"eval-{number}" for number in range(100)]
    await store.record(ids, lambda _: changes, recheck_since=NOON - MINUTE, now=NOON)
    [first, second, third, *_] = await claim(store)
    await store.sent(first, channel=first.channel, ts="1.1", thread_ts=None, now=NOON)
    await store.again(second, due_at=NOON, error="busy")
    await store.close(third, state=State.DEAD)
    await store.replay(third.id, now=NOON)
    await store.rows(subject="eval-1")
    await store.rows(channel="C1", state=State.MUTED, since=NOON)
    mute = Mute(channel="C1", since=NOON, until=NOON + MINUTE, by="U0MEMBER")
    await store.mute(mute, replace(new_row("mute", kind=Kind.MISSED), due_at=mute.until))
    await store.unmute("C1", now=NOON)


async def plans(store: SqlStore, statements: Statements) -> list[str]:
    """What the database would do for each statement, as it says itself."""
    told = []
    explain = "EXPLAIN" if store._database.is_postgres else "EXPLAIN QUERY PLAN"
    async with store._database.writing() as connection:
        if store._database.is_postgres:
            # On tables as small as these it would rather read all than use an index.
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in statements:
            one = parameters[0] if isinstance(parameters, list) else parameters
            rows = await connection.exec_driver_sql(f"{explain} {statement}", one)
            told.append("\n".join([statement, *(str(row[-1]) for row in rows)]))
    return told


async def test_what_is_asked_all_the_time_uses_an_index(store: SqlStore) -> None:
    statements: Statements = []
    engines = {store._database._writer.sync_engine, store._database._reader.sync_engine}

    def note(_c: object, _k: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            statements.append((statement, parameters))

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    await ask_everything(store)
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    asked = [
        one for one in statements if any(re.search(rf"\b{table}\b", one[0]) for table in GROWING)
    ]
    assert len(asked) > 15
    assert not [plan for plan in await plans(store, asked) if WHOLE.search(plan)]


async def test_the_question_for_due_rows_looks_at_open_ones_alone(store: SqlStore) -> None:
    statements: Statements = []
    engine = store._database._writer.sync_engine

    def note(_c: object, _k: object, statement: str, parameters: Any, *_: object) -> None:
        statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    await claim(store)
    event.remove(engine, "before_cursor_execute", note)
    [due] = [one for one in statements if "GROUP BY" in one[0]]
    [plan] = await plans(store, [due])
    if store._database.is_postgres:
        assert "outbox_state" in plan
    else:
        assert "SEARCH ahead USING INDEX outbox_state (state=?)" in plan
        assert "SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?)" in plan
