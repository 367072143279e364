"""A team's recent weeks of evaluation jobs, made from a seed: the same seed, the same weeks."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.sandbox.together.jobs import (
    WireJob,
    classify_job,
    classify_results,
    compare_job,
    compare_results,
    score_job,
    score_results,
    timestamp,
)

DEFAULT_COUNT = 37

_YOUNGEST_MINUTES = 3
_OLDEST_MINUTES = 26 * 24 * 60
_STILL_ACTIVE = ("pending", "running", "queued", "running")
_USER_ERRORS = (
    'dataset column "answer" is missing',
    "pass_labels must be a subset of labels",
    "input_template refers to an unknown column: context",
)
_ERRORS = ("judge endpoint unavailable", "inference capacity exceeded for the judge model")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suite:
    """What a team runs again and again. ``quality`` is the share that passes, 0 to 1."""

    kind: str
    rows: int
    quality: float
    settings: Mapping[str, Any] = field(default_factory=dict)


_SUITES = (
    _Suite(
        kind="classify",
        rows=200,
        quality=0.84,
        settings={"model": "Qwen/Qwen3.5-9B", "dataset": "file-5f0c2b7e-91d4"},
    ),
    _Suite(
        kind="score",
        rows=120,
        quality=0.64,
        settings={"model": "google/gemma-4-27b-it", "dataset": "file-77aa04c1-20be"},
    ),
    _Suite(
        kind="compare",
        rows=100,
        quality=0.52,
        settings={"model_b": "google/gemma-4-27b-it", "dataset": "file-0b13e9d2-6c58"},
    ),
    _Suite(
        kind="classify",
        rows=500,
        quality=0.93,
        settings={
            "model": "openai/gpt-oss-120b",
            "dataset": "file-e2d81a40-77f3",
            "labels": ("safe", "unsafe", "unclear"),
            "pass_labels": ("safe",),
            "judge": "openai/gpt-oss-120b",
        },
    ),
    _Suite(
        kind="score",
        rows=60,
        quality=0.55,
        settings={
            "column": "answer",
            "dataset": "file-c04f6e11-aa09",
            "judge": "meta-llama/Llama-3.3-70B-Instruct-Turbo",
            "max_score": 5.0,
            "pass_threshold": 3.5,
        },
    ),
    _Suite(
        kind="compare",
        rows=80,
        quality=0.45,
        settings={
            "model_a": "meta-llama/Llama-3.3-70B-Instruct-Turbo",
            "column_b": "reference_answer",
            "judge": "openai/gpt-oss-120b",
            "dataset": "file-9a3b55d0-4e12",
        },
    ),
    _Suite(
        kind="classify",
        rows=24,
        quality=0.7,
        settings={"model": "external/gpt-mini", "dataset": "file-31c7f2aa-08d6"},
    ),
)


def believable_jobs(*, seed: int, now: datetime, count: int = DEFAULT_COUNT) -> list[WireJob]:
    """Make ``count`` jobs, youngest first: minutes to weeks old, of every type and status.

    A few suites come back again and again, so there is something to compare with. Some results
    count failed rows, and label counts come in both of their shapes.
    """
    random = Random(seed)  # noqa: S311 - the same weeks again, not a secret
    jobs = []
    for position in range(count):
        age = _age(position, count, random)
        jobs.append(_believable(position, now - age, age, random))
    return jobs


def _age(position: int, count: int, random: Random) -> timedelta:
    """Young jobs lie close together, old ones far apart."""
    share = position / max(count - 1, 1)
    spread = math.log(_OLDEST_MINUTES / _YOUNGEST_MINUTES)
    minutes = _YOUNGEST_MINUTES * math.exp(share * spread)
    return timedelta(minutes=minutes, seconds=random.uniform(0, 50))


def _believable(position: int, created_at: datetime, age: timedelta, random: Random) -> WireJob:
    suite = _SUITES[position % len(_SUITES)]
    status = _status(position)
    took = min(timedelta(minutes=random.uniform(4, 40)), age * 0.8)
    common: dict[str, Any] = {
        **suite.settings,
        "workflow_id": f"eval-{random.getrandbits(16):04x}-{int(created_at.timestamp())}",
        "status": status,
        "created_at": created_at,
        "took": took,
        "error": random.choice(_USER_ERRORS if status == "user_error" else _ERRORS),
    }
    if position % 9 == 5:  # noqa: PLR2004 - administrators see these two fields
        common["owner_id"] = f"user-{random.getrandbits(32):08x}"
        common["status_updates"] = _history(status, created_at, took)
    result_file = f"file-{random.getrandbits(32):08x}-{random.getrandbits(16):04x}"
    if suite.kind == "classify":
        found = _classify_results(suite, position, result_file, random)
        return classify_job(results=found, **common)
    if suite.kind == "score":
        return score_job(results=_score_results(suite, position, result_file, random), **common)
    return compare_job(results=_compare_results(suite, position, result_file, random), **common)


def _status(position: int) -> str:
    if position < len(_STILL_ACTIVE):
        return _STILL_ACTIVE[position]
    if position % 8 == 5:  # noqa: PLR2004 - about one in eight
        return "user_error"
    if position % 11 == 7:  # noqa: PLR2004 - about one in eleven
        return "error"
    return "completed"


def _history(status: str, created_at: datetime, took: timedelta) -> list[WireJob]:
    steps = [("pending", "Job is pending evaluation", timedelta(0))]
    if status not in {"pending", "queued"}:
        steps.append(("running", "Job is running", took * 0.2))
    if status not in {"pending", "running"}:
        steps.append((status, f"Job is {status}", took))
    return [
        {"status": name, "message": message, "timestamp": timestamp(created_at + after)}
        for name, message, after in steps
    ]


def _failed_rows(suite: _Suite, position: int) -> int:
    """Most runs are clean, some lose a few rows, a few lose too many to be trusted."""
    if position % 10 == 8:  # noqa: PLR2004 - about one in ten
        return suite.rows * 18 // 100
    return 2 if position % 4 == 2 else 0  # noqa: PLR2004 - about one in four


def _passed(suite: _Suite, rows: int, random: Random) -> int:
    quality = min(max(random.gauss(suite.quality, 0.03), 0), 1)
    return round(rows * quality)


def _classify_results(suite: _Suite, position: int, file_id: str, random: Random) -> WireJob:
    labels = suite.settings.get("labels", ("yes", "no"))
    failed = _failed_rows(suite, position)
    rows = suite.rows - failed
    counts = dict.fromkeys(labels, 0)
    counts[labels[0]] = _passed(suite, rows, random)
    for _ in range(rows - counts[labels[0]]):
        counts[random.choice(labels[1:])] += 1
    return classify_results(
        label_counts=counts,
        pass_labels=labels[:1],
        as_text=position % 2 == 0,
        judge_failed=failed,
        invalid=position % 3 or None,
        result_file_id=file_id,
    )


def _score_results(suite: _Suite, position: int, file_id: str, random: Random) -> WireJob:
    top = suite.settings.get("max_score", 10.0)
    return score_results(
        mean=round(1 + (top - 1) * random.gauss(suite.quality, 0.03), 3),
        deviation=round(random.uniform(0.08, 0.2) * top, 3),
        pass_percentage=round(100 * _passed(suite, suite.rows, random) / suite.rows, 1),
        judge_failed=_failed_rows(suite, position),
        failed_samples=_failed_rows(suite, position),
        result_file_id=file_id,
    )


def _compare_results(suite: _Suite, position: int, file_id: str, random: Random) -> WireJob:
    failed = _failed_rows(suite, position)
    rows = suite.rows - failed
    ties = random.randint(rows // 12, rows // 6)
    a_wins = _passed(suite, rows - ties, random)
    return compare_results(
        a_wins=a_wins,
        b_wins=rows - ties - a_wins,
        ties=ties,
        judge_failed=failed,
        result_file_id=file_id,
    )
