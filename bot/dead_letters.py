"""``evals-bot dead``: messages that were given up, and another try for them."""

from collections.abc import AsyncIterator, Sequence

from bot.adapters.clock import SystemClock
from bot.adapters.store import open_store
from bot.domain.outbox import Row, State
from bot.settings import DatabaseSettings

_SHOWN = 500


async def dead_letters(settings: DatabaseSettings, *, replay: Sequence[int]) -> AsyncIterator[str]:
    """One line for each; ``replay`` names those that are due again.

    Raises:
        SettingsError: the database cannot be used.
        StoreError: it does not answer.
    """
    store = await open_store(settings.database_url.get_secret_value(), clock=SystemClock())
    try:
        for number in replay:
            row = await store.replay(number, now=await store.now())
            yield f"{number}: {'will be sent again' if row else 'no such dead message'}"
        if not replay:
            rows = await store.rows(state=State.DEAD, limit=_SHOWN)
            for row in rows:
                yield _line(row)
            if not rows:
                yield "No message was given up."
    finally:
        await store.aclose()


def _line(row: Row) -> str:
    when = row.created_at.strftime("%Y-%m-%d %H:%M UTC")
    return f"{row.id}  {when}  {row.kind} {row.subject} for {row.channel}: {row.error or 'unknown'}"
