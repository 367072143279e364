"""The rows of a result file, made so that they add up to the results of their job.

Together's guide promises the input columns plus the judge's words: a ``feedback`` and a label, a
score or a choice. The input columns here (``prompt``, ``response``) are ours.
"""

import json
from random import Random
from typing import Any

Row = dict[str, Any]

_QUESTIONS = (
    "Which tyre pressure suits a wet commute?",
    "Can I return a helmet after one ride?",
    "How do I index a rear derailleur?",
    "Is the charger part of the delivery?",
)
_SCORED_ROWS = 60
"""A score job tells no number of rows, so its file gets this many."""


def result_rows(job: Row) -> list[Row]:
    """Make the rows of a completed job; the same job gives the same rows."""
    results = job.get("results") or {}
    random = Random(str(job.get("workflow_id")))  # noqa: S311 - the same rows again, no secret
    kind = job.get("type")
    if kind == "classify":
        name, verdicts = "label", _labels(results)
    elif kind == "score":
        name, verdicts = "score", _scores(job, results, random)
    else:
        name, verdicts = "choice", _choices(results)
    verdicts += [{name: None}] * int(results.get("judge_fail_count") or 0)
    random.shuffle(verdicts)
    return [_row(number, verdict, random) for number, verdict in enumerate(verdicts, start=1)]


def _labels(results: Row) -> list[Row]:
    counts = results.get("label_counts") or {}
    counts = json.loads(counts) if isinstance(counts, str) else counts
    return [{"label": label} for label, count in counts.items() for _ in range(count)]


def _scores(job: Row, results: Row, random: Random) -> list[Row]:
    scores = results.get("aggregated_scores") or {}
    low = job["parameters"].get("min_score", 1.0)
    high = job["parameters"].get("max_score", 10.0)
    drawn = (
        random.gauss(scores.get("mean_score", low), scores.get("std_score", 1.0))
        for _ in range(_SCORED_ROWS)
    )
    return [{"score": round(min(max(score, low), high), 1)} for score in drawn]


def _choices(results: Row) -> list[Row]:
    counts = {name: int(results.get(key) or 0) for name, key in _CHOICES.items()}
    return [{"choice": choice} for choice, count in counts.items() for _ in range(count)]


_CHOICES = {"A": "A_wins", "B": "B_wins", "Tie": "Ties"}


def _row(number: int, verdict: Row, random: Random) -> Row:
    judged = any(value is not None for value in verdict.values())
    feedback = "The answer is short and names its source." if judged else None
    return {
        "prompt": random.choice(_QUESTIONS),
        "response": f"Answer {number}, in two sentences.",
        **verdict,
        "feedback": feedback,
    }
