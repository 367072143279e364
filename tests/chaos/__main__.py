"""``make chaos``: kill the program again and again, and hold what Slack heard against the truth.

``make chaos SEED=2 KILLS=50`` takes other kills, and fewer. Each part of a run (``worlds``,
``mutants``, ``pace_one``, ``replicas``) is kept in ``chaos.json``, so a run may be made in parts:
``python -m tests.chaos mutants replicas``.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.chaos import plans
from tests.chaos.world import Plan

REPORT = Path("chaos.json")
PARTS = ("pace_one", "replicas", "worlds", "mutants")
"""The slowest first."""
_WRONG = ("lost", "duplicated", "spurious", "out_of_policy", "crashes")
_NAMED = ("stop", "term", "term2", "late", "random")


async def run_part(name: str, todo: Sequence[Plan], places: asyncio.Semaphore) -> dict[str, Any]:
    """Run plans, each in a process and a place; return what the report keeps of them."""
    started = time.monotonic()

    async def one(plan: Plan) -> dict[str, Any]:
        async with places:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.chaos.world", json.dumps(asdict(plan))),
                stdout=asyncio.subprocess.PIPE,
            )
            out, _ = await process.communicate()
        outcome: dict[str, Any] = json.loads(out)
        log = outcome.pop("log")
        sys.stdout.write(f"{name:9} {_line(outcome)}\n")
        sys.stdout.flush()
        if _is_wrong(outcome) and not outcome["mutant"]:
            _keep(Path(f"chaos-{outcome['seed']}.log"), "".join(log))
        return outcome

    outcomes = await asyncio.gather(*map(one, todo))
    return {**summary(outcomes), "seconds": round(time.monotonic() - started), "runs": outcomes}


def summary(outcomes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Sums. What mutants did wrong is wanted, so it is counted as ``caught``."""
    sane = [outcome for outcome in outcomes if not outcome["mutant"]]
    kills: Counter[str] = Counter()
    for outcome in sane:
        kills.update(outcome["kills"])
    return {
        "transitions": sum(outcome["transitions"] for outcome in sane),
        "posts": sum(outcome["posts"] for outcome in sane),
        "random_kills": kills["random"],
        "named_kills": sum(count for point, count in kills.items() if point not in _NAMED),
        **{wrong: sum(len(outcome[wrong]) for outcome in sane) for wrong in _WRONG},
        "caught": [o["mutant"] for o in outcomes if o["mutant"] and _is_caught(o)],
        "not_caught": [o["mutant"] for o in outcomes if o["mutant"] and not _is_caught(o)],
    }


def _is_wrong(outcome: dict[str, Any]) -> bool:
    return any(outcome[wrong] for wrong in _WRONG)


def _is_caught(outcome: dict[str, Any]) -> bool:
    return bool(outcome["lost"] or outcome["duplicated"])


def _line(outcome: dict[str, Any]) -> str:
    kills = sum(count for kind, count in outcome["kills"].items() if not kind.startswith("term"))
    wrong = ", ".join(f"{len(outcome[kind])} {kind.replace('_', ' ')}" for kind in _WRONG)
    return (
        f"seed {outcome['seed']:>5}  {outcome['seconds']:6.1f} s  {kills:3} kills  "
        f"{outcome['transitions']:4} transitions  {outcome['posts']:4} posts  {wrong}"
        f"{'  ' + outcome['mutant'] if outcome['mutant'] else ''}"
    )


def _keep(path: Path, text: str) -> None:
    path.write_text(text)


def main() -> bool:
    """Run the parts that were asked for; whether the whole report is good."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all, if none is named")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=plans.KILLS)
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    todo = {
        "worlds": lambda: plans.worlds(seed=asked.seed, kills=asked.kills),
        "mutants": lambda: plans.mutants(seed=asked.seed),
        "pace_one": lambda: plans.pace_one(seed=asked.seed),
        "replicas": lambda: plans.replicas(seed=asked.seed),
    }
    report: dict[str, Any] = json.loads(REPORT.read_text()) if REPORT.exists() else {}

    async def run() -> None:
        places = asyncio.Semaphore(asked.at_once)

        async def part(name: str) -> None:
            report[name] = await run_part(name, todo[name](), places)
            _keep(REPORT, json.dumps(report, indent=2) + "\n")

        await asyncio.gather(*map(part, asked.parts or PARTS))

    asyncio.run(run())
    for name, part in report.items():
        sys.stdout.write(f"{name}: {_sentence(part)}\n")
    return not any(part[wrong] for part in report.values() for wrong in (*_WRONG, "not_caught"))


def _sentence(part: dict[str, Any]) -> str:
    caught = f", caught {', '.join(part['caught'])}" if part["caught"] else ""
    missed = f", NOT CAUGHT {', '.join(part['not_caught'])}" if part["not_caught"] else ""
    return (
        f"{part['random_kills']} random and {part['named_kills']} named kills, "
        f"{part['transitions']} transitions, {part['lost']} lost, {part['duplicated']} duplicated, "
        f"{part['spurious']} spurious, {part['out_of_policy']} out of policy, "
        f"{part['crashes']} crashes, {part['seconds']} s{caught}{missed}"
    )


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
