"""An evaluation job as plain JSON values and back, for what has to outlive this process.

What is at its default is left out. Names that this version does not know are passed over, so that
versions before and after this one can read each other. Labels and their counts are pairs in a
list, since databases keep no order of an object's names.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from bot.domain.jobs import (
    ClassifyResults,
    CompareResults,
    EvaluationJob,
    FailedRows,
    Model,
    Results,
    ScoreResults,
    StatusUpdate,
)

_RESULTS: dict[str, type[Results]] = {
    "classify": ClassifyResults,
    "score": ScoreResults,
    "compare": CompareResults,
}
_TAGS = {kind: tag for tag, kind in _RESULTS.items()}
# By class, the fields and their defaults; what has none differs from everything.
_FIELDS: dict[type, dict[str, Any]] = {
    kind: {field.name: field.default for field in fields(kind)}
    for kind in (EvaluationJob, FailedRows, *_TAGS)
}


def dump_job(job: EvaluationJob) -> dict[str, Any]:
    """A job as JSON holds it: texts, numbers, booleans, lists and objects alone."""
    data = _dump(job)
    for name in ("status", "type"):  # which may be members of an enum
        if name in data:
            data[name] = str(data[name])
    for name in ("labels", "pass_labels"):
        if name in data:
            data[name] = list(data[name])
    for name in ("created_at", "updated_at"):
        if name in data:
            data[name] = data[name].isoformat()
    if job.models:
        data["models"] = [[model.name, model.is_column] for model in job.models]
    if job.history:
        data["history"] = [
            [step.status, step.message, step.at and step.at.isoformat()] for step in job.history
        ]
    if job.results is not None:
        data["results"] = _dump_results(job.results)
    return data


def load_job(data: Mapping[str, Any]) -> EvaluationJob:
    """The job that ``dump_job`` was given.

    Raises:
        KeyError, TypeError, ValueError: this was no such dump.
    """
    values = _load(EvaluationJob, data)
    for name in ("labels", "pass_labels"):
        if name in values:
            values[name] = tuple(values[name])
    for name in ("created_at", "updated_at"):
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    if "models" in values:
        values["models"] = tuple(Model(name=name, is_column=flag) for name, flag in data["models"])
    if "history" in values:
        values["history"] = tuple(
            StatusUpdate(status=status, message=message, at=at and datetime.fromisoformat(at))
            for status, message, at in data["history"]
        )
    if "results" in values:
        values["results"] = _load_results(data["results"])
    return EvaluationJob(**values)


def _dump_results(results: Results) -> dict[str, Any]:
    data = _dump(results)
    if "failed_rows" in data:
        data["failed_rows"] = _dump(results.failed_rows)
    if "label_counts" in data:
        data["label_counts"] = [[label, count] for label, count in data["label_counts"].items()]
    return {"type": _TAGS[type(results)], **data}


def _load_results(data: Mapping[str, Any]) -> Results:
    kind = _RESULTS[data["type"]]
    values = _load(kind, data)
    if "failed_rows" in values:
        values["failed_rows"] = FailedRows(**_load(FailedRows, data["failed_rows"]))
    if "label_counts" in values:
        values["label_counts"] = dict(data["label_counts"])
    return kind(**values)


def _dump(value: EvaluationJob | Results | FailedRows) -> dict[str, Any]:
    return {
        name: held
        for name, default in _FIELDS[type(value)].items()
        if (held := getattr(value, name)) != default
    }


def _load(kind: type, data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in _FIELDS[kind] if name in data}
