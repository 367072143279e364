"""The house rules that a machine can check: who imports whom, and how long a file may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/**/*.py")])
CAP = 250
SANDBOX_CAP = 400

# Each layer may import itself and the layers named here. What is no layer is the composition root,
# which may import everything.
LAYERS: dict[str, set[str]] = {
    "bot.domain": set(),
    "bot.rendering": {"bot.domain"},
    "bot.ports": {"bot.rendering", "bot.domain"},
    "bot.services": {"bot.ports", "bot.rendering", "bot.domain"},
    "bot.adapters": {"bot.ports", "bot.rendering", "bot.domain"},
    "handlers": {"bot.services", "bot.ports", "bot.rendering", "bot.domain"},
    "bot.sandbox": set(),
}
ADAPTERS_ONLY = {"httpx", "slack_sdk", "sqlalchemy"}
DOMAIN_MAY_IMPORT = {"pydantic"}
RENDERING_MAY_IMPORT = {"regex"}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> str | None:
    for layer in LAYERS:
        if module == layer or module.startswith(f"{layer}."):
            return layer
    return None


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_point_inwards(path: Path) -> None:
    layer = layer_of(module_name(path))
    if layer is None:
        return
    for name in imports(path):
        target = layer_of(name)
        if target is None:
            # bot itself holds nothing but the version
            ours = name.split(".")[0] in {"bot", "handlers"}
            assert not ours or name in {"bot", "bot.__version__"}, f"{layer} imports {name}"
            continue
        assert target == layer or target in LAYERS[layer], f"{layer} imports {name}"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_clients_of_the_outer_world_stay_at_the_edge(path: Path) -> None:
    layer = layer_of(module_name(path))
    if layer in {"bot.adapters", None}:
        return
    used = {name.split(".")[0] for name in imports(path)} & ADAPTERS_ONLY
    assert not used


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_the_core_does_no_io(path: Path) -> None:
    layer = layer_of(module_name(path))
    if layer not in {"bot.domain", "bot.rendering"}:
        return
    foreign = {"asyncio", "logging", "os", "socket", "subprocess", "time", "random", "aiohttp"}
    assert not {name.split(".")[0] for name in imports(path)} & foreign
    assert "datetime.now(" not in path.read_text()


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_a_file_holds_one_subject(path: Path) -> None:
    cap = SANDBOX_CAP if "sandbox" in path.parts else CAP
    assert len(path.read_text().splitlines()) <= cap
    assert path.stem not in {"utils", "util", "helpers", "common", "misc"}


def test_broad_handlers_stand_in_one_place_alone() -> None:
    broad = [
        module_name(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    ]
    assert broad == ["handlers.errors"]


def test_the_median_file_is_short() -> None:
    lengths = sorted(len(path.read_text().splitlines()) for path in SOURCES)
    assert lengths[len(lengths) // 2] <= 150
