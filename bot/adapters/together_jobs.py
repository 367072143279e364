"""From Together's JSON to evaluation jobs: an allow-list that pydantic-core runs as it parses.

Together with ``together_results`` this is all that knows Together's field names. What is not named
there (every prompt, every token of another provider) never becomes a Python object. No field is
required and each is read on its own: what cannot be read takes nothing else with it.

Texts are kept as they came but for what UTF-8 cannot hold: half a surrogate pair becomes ``?`` and
a stray byte the replacement character. NUL makes labels unreadable, and in an id, status or type
the row.
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
    Field,
    after,
    first_of,
    object_with,
    or_else,
    tuple_of,
    value_of,
)
from bot.adapters.together_results import CLASSIFY_RESULTS, COMPARE_RESULTS, SCORE_RESULTS
from bot.domain.jobs import (
    ACTIVE,
    FAILED,
    EvaluationJob,
    EvaluationType,
    JobList,
    Model,
    StatusUpdate,
)

_WITHOUT_RESULTS = FAILED | ACTIVE
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
    try:
        rows = _ROWS.validate_json(body)
    except ValueError:
        # The fast parser gives up a whole page for one stray byte, half a surrogate pair or
        # overlong number in one row; Python's is slower and takes them.
        text = body.decode("utf-8-sig", "replace")
        try:
            rows = _ROWS.validate_python(_clean(json.loads(text, parse_int=_int, strict=False)))
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
    return rows


def _clean(value: Any) -> Any:
    """The same with texts that UTF-8 can hold."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case list():
            return [_clean(item) for item in value]
        case dict():
            return {_clean(name): _clean(item) for name, item in value.items()}
        case _:
            return value


def _int(digits: str) -> int | float:
    """Python refuses to read very long whole numbers; as floats they are infinite, so none."""
    return int(digits) if len(digits) <= _INT_DIGITS else float(digits)


def _rows() -> SchemaValidator:
    by_type = {
        EvaluationType.CLASSIFY: _job(_alone(), CLASSIFY_RESULTS),
        EvaluationType.SCORE: _job(_alone(), SCORE_RESULTS),
        EvaluationType.COMPARE: _job(_a_and_b(), COMPARE_RESULTS),
    }
    unknown = _job(_alone(), core.none_schema())
    job = first_of(core.tagged_union_schema(dict(by_type), discriminator="type"), unknown)
    # An error of the schema would quote what it could not read, prompts included.
    config = core.CoreConfig(hide_input_in_errors=True)
    rows = core.list_schema(or_else(after(_checked, job), None), strict=True)
    return SchemaValidator(rows, config)


def _job(models: Field, results: CoreSchema) -> CoreSchema:
    step = value_of(
        StatusUpdate,
        status=("status", TEXT, ""),
        message=("message", TEXT, ""),
        at=("timestamp", TIME, None),
    )
    given = "parameters"
    return value_of(
        EvaluationJob,
        id=("workflow_id", TEXT, ...),
        status=("status", TEXT, ""),
        type=("type", TEXT, ""),
        models=models,
        judge=([given, "judge", "model"], TEXT, None),
        dataset=([given, "input_data_file_path"], TEXT, None),
        labels=([given, "labels"], tuple_of(TEXT), ()),
        pass_labels=([given, "pass_labels"], tuple_of(TEXT), ()),
        min_score=([given, "min_score"], SCORE, None),
        max_score=([given, "max_score"], SCORE, None),
        pass_threshold=([given, "pass_threshold"], SCORE, None),
        position_bias_corrected=(
            [given, "disable_position_bias_correction"],
            after(not_, FLAG),
            None,
        ),
        created_at=("created_at", TIME, None),
        updated_at=("updated_at", TIME, None),
        owner_id=("owner_id", TEXT, None),
        history=("status_updates", tuple_of(step), ()),
        error=([["results", "error", "message"], ["results", "error"]], TEXT, None),
        results=("results", results, None),
    )


def _alone() -> Field:
    """The one model to evaluate."""
    return (["parameters", "model_to_evaluate"], after(lambda model: (model,), _model()), ())


def _a_and_b() -> Field:
    """Both models of a comparison; one that is not known has no name, so that A stays A."""
    found = object_with(model_a=_model(), model_b=_model())
    return ("parameters", after(_pair, found), ())


def _model() -> CoreSchema:
    """An object names a model, a text the dataset column that already holds the answers."""
    named = core.typed_dict_schema({"model": core.typed_dict_field(TEXT)})
    return first_of(
        after(lambda found: Model(name=found["model"]), named),
        after(lambda column: Model(name=column, is_column=True), TEXT),
    )


def _pair(found: Mapping[str, Model]) -> tuple[Model, ...]:
    nameless = Model(name="")
    return (found.get("model_a", nameless), found.get("model_b", nameless)) if found else ()


def _checked(job: EvaluationJob) -> EvaluationJob:
    """Only a job that ended well has found something, whatever its row says."""
    if not job.id or "\0" in job.id + job.status + job.type:
        raise ValueError("no id, or NUL, which no database takes")
    if job.results is not None and job.status in _WITHOUT_RESULTS:
        return replace(job, results=None)
    return job


_ROWS = _rows()
