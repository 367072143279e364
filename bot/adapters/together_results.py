"""What an evaluation job found, as Together writes it for each type of job.

An object in which nothing can be read stands for no results.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic_core import CoreSchema
from pydantic_core import core_schema as core

from bot.adapters.together_fields import (
    COUNT,
    LABEL,
    PERCENTAGE,
    SCORE,
    TEXT,
    after,
    first_of,
    object_with,
    or_else,
)
from bot.domain.jobs import ClassifyResults, CompareResults, FailedRows, ScoreResults

_Found = Mapping[str, Any]
_NO_FAILED_ROWS = FailedRows()
_NO_LABELS: Mapping[str, float] = MappingProxyType({})


def _classify(found: _Found) -> ClassifyResults | None:
    if not found:
        return None
    labels = found.get("label_counts", _NO_LABELS)
    return ClassifyResults(
        pass_percentage=found.get("pass_percentage"),
        label_counts=_NO_LABELS if labels is None else labels,
        labels_unreadable=labels is None,
        failed_rows=_failed_rows(found, invalid="invalid_label_count"),
        result_file_id=found.get("result_file_id"),
    )


def _score(found: _Found) -> ScoreResults | None:
    if not found:
        return None
    scores = found.get("aggregated_scores", {})
    return ScoreResults(
        mean_score=scores.get("mean_score"),
        std_score=scores.get("std_score"),
        pass_percentage=scores.get("pass_percentage"),
        failed_rows=_failed_rows(found, invalid="invalid_score_count"),
        result_file_id=found.get("result_file_id"),
    )


def _compare(found: _Found) -> CompareResults | None:
    if not found:
        return None
    return CompareResults(
        a_wins=found.get("A_wins"),
        b_wins=found.get("B_wins"),
        ties=found.get("Ties"),
        num_samples=found.get("num_samples"),
        failed_rows=_failed_rows(found, invalid=""),
        result_file_id=found.get("result_file_id"),
    )


def _failed_rows(found: _Found, *, invalid: str) -> FailedRows:
    generation = found.get("generation_fail_count", 0)
    judge = found.get("judge_fail_count", 0)
    not_valid = found.get(invalid, 0)
    samples = found.get("failed_samples", 0)
    if not (generation or judge or not_valid or samples):
        return _NO_FAILED_ROWS
    return FailedRows(generation=generation, judge=judge, invalid=not_valid, samples=samples)


def _labels() -> CoreSchema:
    """Counts by label: JSON text as the specification says, or an object as the guide says.

    All of them or none (then it is None), since some without the others would give a wrong sum.
    """
    counts = after(MappingProxyType, core.dict_schema(LABEL, COUNT))
    absent = after(lambda _: _NO_LABELS, core.literal_schema([None, "", "null"]))
    return or_else(first_of(counts, core.json_schema(counts), absent), None)


_COMMON = {"generation_fail_count": COUNT, "judge_fail_count": COUNT, "result_file_id": TEXT}

CLASSIFY_RESULTS = after(
    _classify,
    object_with(
        pass_percentage=PERCENTAGE,
        label_counts=_labels(),
        invalid_label_count=COUNT,
        **_COMMON,
    ),
)
SCORE_RESULTS = after(
    _score,
    object_with(
        aggregated_scores=object_with(
            mean_score=SCORE, std_score=COUNT, pass_percentage=PERCENTAGE
        ),
        invalid_score_count=COUNT,
        failed_samples=COUNT,
        **_COMMON,
    ),
)
COMPARE_RESULTS = after(
    _compare, object_with(A_wins=COUNT, B_wins=COUNT, Ties=COUNT, num_samples=COUNT, **_COMMON)
)
