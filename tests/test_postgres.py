"""The harness: a PostgreSQL is there, or its absence is said; nothing of it stays."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import postgres

START = (
    "import sys; from tests import postgres; running = postgres.server(); "
    "print(running._folder, flush=True); sys.stdin.read()"
)


def test_without_postgres_a_test_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_programs", lambda: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="initdb"):
        postgres.server.__wrapped__()


def test_under_ci_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_programs", lambda: None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="initdb"):
        postgres.server.__wrapped__()


@pytest.mark.parametrize("killed", [True, False])
def test_nothing_stays_however_the_tests_end(*, killed: bool) -> None:
    postgres.server()  # or this test is skipped
    with subprocess.Popen(  # noqa: S603 - this very Python
        [sys.executable, "-c", START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().decode().strip())
        assert (folder / "data/postmaster.pid").exists()
        if killed:
            process.kill()
    # Another process removes it, once the server has ended.
    deadline = time.monotonic() + 10
    while folder.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
