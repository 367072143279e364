"""The real program as a victim: it kills itself where it is told to, and may break one rule.

``python -m tests.chaos.victim`` takes its settings and its orders from the environment. Everything
between Slack, Together and the database is the program itself.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, event

from bot.adapters.store import SqlStore
from bot.app import Parts
from bot.domain.errors import SettingsError
from bot.domain.outbox import NewRow, Row
from bot.logs import set_up_logging
from bot.ports import Changes, Known, Notifier, Posted, Store
from bot.rendering.kit import Message
from bot.running import run
from bot.settings import Settings, read_settings
from tests.chaos.mutants import mutate
from tests.chaos.orders import BEGAN, FULL, RECORDED, KillPoint, Orders

_WRONG_SETTING = 2
_MINUTE = 60.0
"""In the place of the hour between two tries of a channel that Slack refuses."""


_ALL_PAGES = 0xFFFFFFFE
"""https://www.sqlite.org/pragma.html#pragma_max_page_count"""


class Fuse:
    """Ends the process, without a word, when its point is passed often enough."""

    def __init__(self, orders: Orders) -> None:
        self._point = orders.point
        self._left = orders.passing

    def passes(self, point: KillPoint) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class FusedStore:
    """The store, with the points round its transactions."""

    def __init__(self, store: Store, fuse: Fuse, *, name: str, pace: float) -> None:
        self._store = store
        self._fuse = fuse
        self._name = name
        self._pace = pace
        self._has_recorded = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def record(
        self,
        job_ids: Collection[str],
        decide: Callable[[Known], Changes],
        *,
        recheck_since: datetime,
        now: datetime,
    ) -> Sequence[NewRow]:
        self._fuse.passes("before_transaction")

        def deciding(known: Known) -> Changes:
            changes = decide(known)
            if not known.settings:
                self._fuse.passes("mid_baseline")
            return changes

        rows = await self._store.record(job_ids, deciding, recheck_since=recheck_since, now=now)
        if rows:
            self._fuse.passes("after_transaction")
        if not self._has_recorded:
            self._has_recorded = True
            _tell(RECORDED)
        return rows

    async def claim(
        self, *, now: datetime, lease_until: datetime, next_post_at: datetime, limit: int
    ) -> tuple[Row, ...]:
        rows = await self._store.claim(
            now=now, lease_until=lease_until, next_post_at=next_post_at, limit=limit
        )
        if rows:
            self._fuse.passes("after_claim")
        return rows

    async def sent(
        self, row: Row, *, channel: str, ts: str, thread_ts: str | None, now: datetime
    ) -> bool:
        self._fuse.passes("before_mark")
        return await self._store.sent(row, channel=channel, ts=ts, thread_ts=thread_ts, now=now)

    async def take_lease(self, name: str, *, now: datetime, until: datetime, **_: Any) -> bool:
        """For a shorter time, and by name: whoever is started again is the same holder."""
        return await self._store.take_lease(
            name, holder=self._name, now=now, until=now + self._pace * (until - now)
        )


class FusedNotifier:
    """Slack's side, with the points after a post and after a look."""

    def __init__(self, notifier: Notifier, fuse: Fuse) -> None:
        self._notifier = notifier
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        return getattr(self._notifier, name)

    async def post(
        self, channel: str, message: Message, *, key: str, thread_ts: str | None = None
    ) -> Posted:
        posted = await self._notifier.post(channel, message, key=key, thread_ts=thread_ts)
        self._fuse.passes("after_accept")
        return posted

    async def find(
        self, channel: str, key: str, *, since: datetime, thread_ts: str | None = None
    ) -> Posted | None:
        found = await self._notifier.find(channel, key, since=since, thread_ts=thread_ts)
        self._fuse.passes("mid_reconcile")
        return found


def let_it_fill(store: Store) -> None:
    """Make an SQLite store look at ``FULL`` before it writes."""
    if not isinstance(store, SqlStore) or store._database.is_postgres:
        return

    def limit(connection: Connection) -> None:
        # Less than the pages that there are means those.
        pages = 1 if Path(FULL).exists() else _ALL_PAGES
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    event.listen(store._database._writer.sync_engine, "begin", limit)


def _tell(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> int:
    orders = Orders.from_environment(os.environ)

    async def live() -> None:
        settings = read_settings(Settings)
        set_up_logging(settings.log_level, settings.log_format, secrets=settings.secrets())

        def refit(parts: Parts) -> Parts:
            _tell(BEGAN)
            let_it_fill(parts.store)
            pace = replace(parts.pace, pause=_MINUTE * settings.evals_pace)
            parts = replace(parts, pace=pace)
            bent = mutate(parts, orders.mutant, settings)
            fuse = Fuse(orders)
            fused = FusedStore(bent.store, fuse, name=orders.name, pace=settings.evals_pace)
            return replace(
                bent,
                store=cast("Store", fused),
                notifier=cast("Notifier", FusedNotifier(bent.notifier, fuse)),
            )

        await run(settings, refit=refit)

    try:
        asyncio.run(live())
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return _WRONG_SETTING
    return 0


if __name__ == "__main__":
    sys.exit(main())
