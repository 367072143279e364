"""Evaluation jobs as Together writes them: plain objects, ready for JSON.

The shapes follow Together's OpenAPI document (``EvaluationJob``) and its guide, which adds the open
``parameters``. Prompts and a foreign token are in there on purpose: a careful client shows none.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

WireJob = dict[str, Any]
"""One evaluation job as it travels: what ``json.loads`` gives for a row of the list."""

JUDGE_PROMPT = "You are a strict grader. Never reveal the answer key."
SYSTEM_PROMPT = "You are a patient support agent of a bicycle shop."
INPUT_PROMPT = "Question from a customer: {{prompt}}"
EXTERNAL_TOKEN = "made-up-token-of-another-provider"  # noqa: S105 - a bait, not a secret

SECRETS = (JUDGE_PROMPT, SYSTEM_PROMPT, INPUT_PROMPT, EXTERNAL_TOKEN)
"""Every text in these jobs that must never be stored, logged or shown."""

_CREATED = datetime(2025, 6, 30, 12, 50, 40, tzinfo=UTC)
_FAILURES = {
    "error": "judge endpoint unavailable",
    "user_error": 'dataset column "answer" is missing',
}


def classify_job(
    *,
    workflow_id: str = "eval-7df2-1751287840",
    status: str = "completed",
    model: str = "Qwen/Qwen3.5-9B",
    column: str | None = None,
    judge: str = "meta-llama/Llama-3.3-70B-Instruct-Turbo",
    dataset: str = "file-5f0c2b7e-91d4",
    labels: Sequence[str] = ("yes", "no"),
    pass_labels: Sequence[str] = ("yes",),
    created_at: datetime = _CREATED,
    took: timedelta = timedelta(minutes=12),
    results: Mapping[str, Any] | None = None,
    error: str | None = None,
    **more: Any,
) -> WireJob:
    """A job that gives each row a label. ``column`` replaces the model by a dataset column."""
    parameters = {
        "judge": judge_settings(judge),
        "labels": list(labels),
        "pass_labels": list(pass_labels),
        "model_to_evaluate": column or model_settings(model),
        "input_data_file_path": dataset,
    }
    return _job(
        kind="classify",
        workflow_id=workflow_id,
        status=status,
        parameters=parameters,
        created_at=created_at,
        took=took,
        results=results or classify_results(),
        error=error,
        more=more,
    )


def score_job(
    *,
    workflow_id: str = "eval-91bc-1751280001",
    status: str = "completed",
    model: str = "google/gemma-4-27b-it",
    column: str | None = None,
    judge: str = "openai/gpt-oss-120b",
    dataset: str = "file-77aa04c1-20be",
    min_score: float = 1.0,
    max_score: float = 10.0,
    pass_threshold: float | None = 7.0,
    created_at: datetime = _CREATED,
    took: timedelta = timedelta(minutes=18),
    results: Mapping[str, Any] | None = None,
    error: str | None = None,
    **more: Any,
) -> WireJob:
    """A job that gives each row a score. ``column`` replaces the model by a dataset column."""
    parameters = {
        "judge": judge_settings(judge),
        "min_score": min_score,
        "max_score": max_score,
        "model_to_evaluate": column or model_settings(model),
        "input_data_file_path": dataset,
    }
    if pass_threshold is not None:
        parameters["pass_threshold"] = pass_threshold
    return _job(
        kind="score",
        workflow_id=workflow_id,
        status=status,
        parameters=parameters,
        created_at=created_at,
        took=took,
        results=results or score_results(),
        error=error,
        more=more,
    )


def compare_job(
    *,
    workflow_id: str = "eval-a0f3-1751279000",
    status: str = "completed",
    model_a: str = "Qwen/Qwen3.5-9B",
    model_b: str = "google/gemma-4-27b-it",
    column_b: str | None = None,
    judge: str = "meta-llama/Llama-3.3-70B-Instruct-Turbo",
    dataset: str = "file-0b13e9d2-6c58",
    created_at: datetime = _CREATED,
    took: timedelta = timedelta(minutes=27),
    results: Mapping[str, Any] | None = None,
    error: str | None = None,
    **more: Any,
) -> WireJob:
    """A job that picks the better of two answers. ``column_b`` replaces model B by a column."""
    parameters = {
        "judge": judge_settings(judge),
        "model_a": model_settings(model_a),
        "model_b": column_b or model_settings(model_b),
        "input_data_file_path": dataset,
        "disable_position_bias_correction": False,
    }
    return _job(
        kind="compare",
        workflow_id=workflow_id,
        status=status,
        parameters=parameters,
        created_at=created_at,
        took=took,
        results=results or compare_results(),
        error=error,
        more=more,
    )


def classify_results(
    *,
    label_counts: Mapping[str, int] | None = None,
    pass_labels: Sequence[str] = ("yes",),
    as_text: bool = True,
    generation_failed: int | None = 0,
    judge_failed: int | None = 0,
    invalid: float | None = 0,
    result_file_id: str = "file-1234-aefd",
) -> WireJob:
    """What a classify job found. ``as_text``: the counts are a JSON string, as the spec says."""
    counts = dict(label_counts) if label_counts is not None else {"yes": 174, "no": 26}
    rows = sum(counts.values())
    passed = sum(count for label, count in counts.items() if label in pass_labels)
    return {
        "generation_fail_count": generation_failed,
        "judge_fail_count": judge_failed,
        "invalid_label_count": invalid,
        "result_file_id": result_file_id,
        "pass_percentage": round(100 * passed / rows, 2) if rows else None,
        "label_counts": json.dumps(counts) if as_text else counts,
    }


def score_results(
    *,
    mean: float = 7.1,
    deviation: float = 1.2,
    pass_percentage: float | None = 66.0,
    generation_failed: int | None = 0,
    judge_failed: int | None = 0,
    invalid: int = 0,
    failed_samples: int = 0,
    result_file_id: str = "file-2345-beef",
) -> WireJob:
    """What a score job found; without a threshold there is no ``pass_percentage``."""
    scores: WireJob = {"mean_score": mean, "std_score": deviation}
    if pass_percentage is not None:
        scores["pass_percentage"] = pass_percentage
    return {
        "aggregated_scores": scores,
        "generation_fail_count": generation_failed,
        "judge_fail_count": judge_failed,
        "invalid_score_count": invalid,
        "failed_samples": failed_samples,
        "result_file_id": result_file_id,
    }


def compare_results(
    *,
    a_wins: int = 52,
    b_wins: int = 38,
    ties: int = 10,
    generation_failed: int | None = 0,
    judge_failed: int | None = 0,
    result_file_id: str = "file-3456-cafe",
) -> WireJob:
    """What a compare job found, with the capitals that are on the wire."""
    return {
        "num_samples": a_wins + b_wins + ties + (judge_failed or 0),
        "A_wins": a_wins,
        "B_wins": b_wins,
        "Ties": ties,
        "generation_fail_count": generation_failed,
        "judge_fail_count": judge_failed,
        "result_file_id": result_file_id,
    }


def judge_settings(model: str) -> WireJob:
    """A judge with its prompt."""
    return {"model": model, "model_source": "serverless", "system_template": JUDGE_PROMPT}


def model_settings(model: str) -> WireJob:
    """A model under evaluation with its prompts; one of another provider brings its token."""
    settings: WireJob = {
        "model": model,
        "model_source": "serverless",
        "system_template": SYSTEM_PROMPT,
        "input_template": INPUT_PROMPT,
        "max_tokens": 512,
        "temperature": 0.7,
    }
    if model.startswith("external/"):
        settings["model_source"] = "external"
        settings["external_api_token"] = EXTERNAL_TOKEN
        settings["external_base_url"] = "https://models.example.com/v1"
    return settings


def timestamp(at: datetime) -> str:
    """A time as Together writes it: UTC with microseconds and a ``Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _job(
    *,
    kind: str,
    workflow_id: str,
    status: str,
    parameters: WireJob,
    created_at: datetime,
    took: timedelta,
    results: Mapping[str, Any],
    error: str | None,
    more: WireJob,
) -> WireJob:
    found: WireJob | None = None
    if status == "completed":
        found = dict(results)
    elif status in _FAILURES:
        found = {"error": error or _FAILURES[status]}
    return {
        "workflow_id": workflow_id,
        "type": kind,
        "status": status,
        "parameters": parameters,
        "created_at": timestamp(created_at),
        "updated_at": timestamp(created_at + took),
        "results": found,
        **more,
    }
