"""From Together's JSON to evaluation jobs: an allow-list that pydantic-core runs as it parses.

Together with ``together_results`` this is all that knows Together's field names. What is not named
there (every prompt, every token of another provider) never becomes a Python object. No field is
required and each is read on its own: what cannot be read takes nothing else with it.

Texts are kept as they came but for what nobody could store: NUL is left out, half a surrogate pair
becomes ``?``, and a stray byte the replacement character.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from operator import not_
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator
from pydantic_core import core_schema as core

from bot.adapters.together_fields import (
    FLAG,
    SCORE,
    TEXT,
    TIME,
    first_of,
    object_with,
    or_else,
    tuple_of,
    value_of,
)
from bot.adapters.together_results import RESULTS
from bot.domain.jobs import ACTIVE, FAILED, EvaluationJob, JobList, Model, StatusUpdate

_WITHOUT_RESULTS = FAILED | ACTIVE
_NUL = rb"\u0000"
_INT_DIGITS = 300


def read_jobs(body: bytes) -> JobList:
    """Read a list, row by row; of two rows with one id the later one counts.

    Raises:
        ValueError: this is no JSON list, or it is nested more deeply than Python can follow.
    """
    jobs: dict[str, EvaluationJob] = {}
    unreadable = 0
    for job in _read(body):
        if job is None:
            unreadable += 1
        else:
            jobs[job.id] = job
    return JobList(jobs=tuple(jobs.values()), unreadable=unreadable)


def read_job(body: bytes) -> EvaluationJob:
    """Read one job.

    Raises:
        ValueError: this is no JSON object, or it has no id.
    """
    match _read(b"[%b]" % body):
        case [EvaluationJob() as job]:
            return job
        case _:
            raise ValueError("no evaluation job")


def _read(body: bytes) -> list[EvaluationJob | None]:
    """The rows of a list; None stands for one that is no object or has no id."""
    rows: list[EvaluationJob | None]
    if _NUL not in body:
        try:
            rows = _ROWS.validate_json(body)
        except ValueError:
            pass  # Half a pair or a stray byte in one row must not cost the others: see below.
        else:
            return rows
    text = body.decode("utf-8-sig", "replace")
    try:
        rows = _ROWS.validate_python(_clean(json.loads(text, parse_int=_int, strict=False)))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return rows


def _clean(value: Any) -> Any:
    """The same with texts that UTF-8 and a database can hold."""
    match value:
        case str():
            return value.replace("\0", "").encode("utf-8", "replace").decode()
        case list():
            return [_clean(item) for item in value]
        case dict():
            return {_clean(name): _clean(item) for name, item in value.items()}
        case _:
            return value


def _int(digits: str) -> int | float:
    """Python refuses to read very long whole numbers; as floats they are infinite, so none."""
    return int(digits) if len(digits) <= _INT_DIGITS else float(digits)


def _model(found: Mapping[str, str]) -> Model:
    return Model(name=found["model"])


def _column(name: str) -> Model:
    return Model(name=name, is_column=True)


def _models(found: Mapping[str, Model]) -> tuple[Model, ...]:
    """A and B, or the model to evaluate. When one of the two is not known it has no name."""
    if "model_a" in found or "model_b" in found:
        nameless = Model(name="")
        return (found.get("model_a", nameless), found.get("model_b", nameless))
    return tuple(found.values())


def _without_early_results(job: EvaluationJob) -> EvaluationJob:
    """Only a job that ended well has found something, whatever its row says."""
    if job.results is not None and job.status in _WITHOUT_RESULTS:
        return replace(job, results=None)
    return job


def _rows() -> SchemaValidator:
    by_type = core.tagged_union_schema(
        {kind: _job(results) for kind, results in RESULTS.items()}, discriminator="type"
    )
    job = core.no_info_after_validator_function(
        _without_early_results, first_of(by_type, _job(core.none_schema()))
    )
    # An error of the schema would quote what it could not read, prompts included.
    config = core.CoreConfig(hide_input_in_errors=True)
    return SchemaValidator(core.list_schema(or_else(job, None), strict=True), config)


def _job(results: CoreSchema) -> CoreSchema:
    step = value_of(
        StatusUpdate,
        {
            "status": ("status", TEXT, ""),
            "message": ("message", TEXT, ""),
            "at": ("timestamp", TIME, None),
        },
    )
    # A text in place of a model names the dataset column that already holds the answers.
    model = first_of(
        core.no_info_after_validator_function(
            _model, core.typed_dict_schema({"model": core.typed_dict_field(TEXT, required=True)})
        ),
        core.no_info_after_validator_function(_column, TEXT),
    )
    models = core.no_info_after_validator_function(
        _models, object_with(model_to_evaluate=model, model_a=model, model_b=model)
    )
    both_ways = core.no_info_after_validator_function(not_, FLAG)
    given = "parameters"
    return value_of(
        EvaluationJob,
        {
            "id": ("workflow_id", core.str_schema(strict=True, min_length=1), ...),
            "status": ("status", TEXT, ""),
            "type": ("type", TEXT, ""),
            "models": (given, models, ()),
            "judge": ([given, "judge", "model"], TEXT, None),
            "dataset": ([given, "input_data_file_path"], TEXT, None),
            "labels": ([given, "labels"], tuple_of(TEXT), ()),
            "pass_labels": ([given, "pass_labels"], tuple_of(TEXT), ()),
            "min_score": ([given, "min_score"], SCORE, None),
            "max_score": ([given, "max_score"], SCORE, None),
            "pass_threshold": ([given, "pass_threshold"], SCORE, None),
            "position_bias_corrected": (
                [given, "disable_position_bias_correction"],
                both_ways,
                None,
            ),
            "created_at": ("created_at", TIME, None),
            "updated_at": ("updated_at", TIME, None),
            "owner_id": ("owner_id", TEXT, None),
            "history": ("status_updates", tuple_of(step), ()),
            "error": ([["results", "error", "message"], ["results", "error"]], TEXT, None),
            "results": ("results", results, None),
        },
    )


_ROWS = _rows()
