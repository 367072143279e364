"""Bringing a database up to this version, or refusing one that is not ours to touch.

Alembic is loaded only when there is something to do: a start with nothing to do is the usual one.
"""

from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.engines import Database
from bot.adapters.store.tables import metadata
from bot.domain.errors import SettingsError, StoreUnavailable

VERSION_TABLE = "evals_bot_version"
"""Named after us, since a PostgreSQL database may hold another program's tables, too."""

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x6576616C73  # PostgreSQL's advisory lock while one replica migrates: "evals" in hex
_TABLES = {
    "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}


def revisions() -> tuple[str, ...]:
    """Every revision that this version knows, in order. The last one is what it works with."""
    return tuple(
        file.name[1:].partition("_")[0] for file in sorted(_FOLDER.glob("versions/r[0-9]*.py"))
    )


async def bring_up_to_date(database: Database) -> None:
    """Make what is missing, in one transaction. Several processes may do so at once.

    Raises:
        SettingsError: a database that this version must not touch; nothing in it was changed.
        StoreError: the database did not do it.
    """
    database.check_file()
    try:
        async with database.reading() as connection:
            present = await _present(connection, database)
    except StoreUnavailable as error:
        if database.is_postgres:
            raise
        raise SettingsError(f"DATABASE_URL: {error} Nothing in it was changed.") from error
    if present == revisions()[-1]:
        return
    async with database.writing() as connection:
        if database.is_postgres:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if await _present(connection, database) != revisions()[-1]:
            await connection.run_sync(_upgrade)


async def _present(connection: AsyncConnection, database: Database) -> str | None:
    """The revision of the tables; None where there are none."""
    tables = set(await connection.scalars(text(_TABLES[database.dialect])))
    if VERSION_TABLE in tables:
        revision = await connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
        if revision not in revisions():
            raise SettingsError(
                f"The database that DATABASE_URL names is from a later evals-bot (its revision is "
                f"{revision}, this one knows {revisions()[-1]}). Nothing in it was changed. "
                "Install that version or a later one, or name another database."
            )
        return str(revision)
    if tables & metadata.tables.keys() or (tables and not database.is_postgres):
        raise SettingsError(
            "The database that DATABASE_URL names holds another program's tables. "
            "Nothing in it was changed. Name another database."
        )
    return None


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - it takes as long to load as all the rest here
    from alembic.config import Config  # noqa: PLC0415 - same

    config = Config(attributes={"connection": connection, "version_table": VERSION_TABLE})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
