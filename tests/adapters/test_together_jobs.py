"""What becomes of Together's rows: the documented ones, and every odd one."""

import json
import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.together_jobs import read_job, read_jobs
from bot.domain.jobs import (
    ClassifyResults,
    CompareResults,
    EvaluationJob,
    FailedRows,
    Model,
    ScoreResults,
    StatusUpdate,
)
from bot.sandbox.together import SECRETS, believable_jobs

DATA = Path(__file__).parents[1] / "data" / "together"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def read_row(**row: Any) -> EvaluationJob:
    return read_job(json.dumps({"workflow_id": "eval-1", **row}).encode())


def read_parameters(kind: str = "classify", **parameters: Any) -> EvaluationJob:
    return read_row(type=kind, parameters=parameters)


def test_a_classify_job_is_read_as_documented() -> None:
    job = read_jobs((DATA / "specification.json").read_bytes()).jobs[0]
    assert job == EvaluationJob(
        id="eval-1234aedf",
        status="completed",
        type="classify",
        models=(Model(name="external/gpt-mini"),),
        judge="meta-llama/Llama-3.3-70B-Instruct-Turbo",
        dataset="file-5f0c2b7e",
        labels=("yes", "no"),
        pass_labels=("yes",),
        created_at=datetime(2025, 7, 23, 17, 10, 4, 837888, tzinfo=UTC),
        updated_at=datetime(2025, 7, 23, 17, 22, 10, 1, tzinfo=UTC),
        owner_id="user-81f0",
        history=(
            StatusUpdate(
                status="pending",
                message="Job is pending evaluation",
                at=datetime(2025, 7, 23, 17, 10, 4, 837888, tzinfo=UTC),
            ),
            StatusUpdate(
                status="completed", message="", at=datetime(2025, 7, 23, 17, 22, 10, tzinfo=UTC)
            ),
        ),
        results=ClassifyResults(
            pass_percentage=10,
            label_counts={"yes": 10, "no": 90},
            failed_rows=FailedRows(invalid=1.5),
            result_file_id="file-1234-aefd",
        ),
    )


def test_a_score_job_is_read_as_documented() -> None:
    job = read_jobs((DATA / "specification.json").read_bytes()).jobs[1]
    assert job.models == (Model(name="answer", is_column=True),)
    assert (job.min_score, job.max_score, job.pass_threshold) == (1, 10, 7)
    assert job.results == ScoreResults(
        mean_score=7.1,
        std_score=1.2,
        pass_percentage=66.5,
        failed_rows=FailedRows(generation=1, judge=2, invalid=3, samples=6),
        result_file_id="file-2345-beef",
    )


def test_times_with_another_zone_or_none_are_utc() -> None:
    job = read_jobs((DATA / "specification.json").read_bytes()).jobs[1]
    assert job.created_at == datetime(2025, 7, 23, 17, 10, 4, tzinfo=UTC)
    assert job.updated_at == datetime(2025, 7, 23, 17, 30, 4, tzinfo=UTC)


def test_a_compare_job_is_read_as_documented() -> None:
    job = read_jobs((DATA / "specification.json").read_bytes()).jobs[2]
    assert job.models == (
        Model(name="Qwen/Qwen3.5-9B"),
        Model(name="reference_answer", is_column=True),
    )
    assert job.position_bias_corrected is True
    assert job.results == CompareResults(
        a_wins=52, b_wins=38, ties=10, num_samples=100, result_file_id="file-3456-cafe"
    )


def test_a_failed_job_has_its_error_and_no_results() -> None:
    job = read_jobs((DATA / "specification.json").read_bytes()).jobs[3]
    assert (job.error, job.results) == ('dataset column "answer" is missing', None)


def test_no_prompt_and_no_token_comes_in() -> None:
    told = repr(read_jobs((DATA / "specification.json").read_bytes()))
    assert "SECRET" not in told
    assert "models.example.com" not in told
    rows = believable_jobs(seed=3, now=NOON)
    assert not any(secret in repr(read_jobs(json.dumps(rows).encode())) for secret in SECRETS)


def test_bad_rows_are_counted_and_cost_no_other_row() -> None:
    found = read_jobs((DATA / "odd_rows.json").read_bytes())
    assert [job.id for job in found.jobs] == [
        "eval-good-1",
        "eval-bare",
        "eval-unknown",
        "eval-twice",
        "eval-good-2",
    ]
    assert found.unreadable == 9


def test_of_two_rows_with_one_id_the_later_one_counts() -> None:
    found = read_jobs((DATA / "odd_rows.json").read_bytes())
    assert [job.status for job in found.jobs if job.id == "eval-twice"] == ["completed"]


def test_no_field_but_the_id_is_needed() -> None:
    assert read_row() == EvaluationJob(id="eval-1", status="")


def test_an_unknown_type_and_status_are_kept_and_no_results_are_guessed() -> None:
    job = read_row(type="rank", status="cancelled", results={"A_wins": 1, "B_wins": 2})
    assert (job.type, job.status, job.results) == ("rank", "cancelled", None)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("2025-07-23T17:10:04.837888123Z", datetime(2025, 7, 23, 17, 10, 4, 837888, tzinfo=UTC)),
        ("2025-07-23T17:10:04Z", datetime(2025, 7, 23, 17, 10, 4, tzinfo=UTC)),
        ("2025-07-23 17:10:04", datetime(2025, 7, 23, 17, 10, 4, tzinfo=UTC)),
        ("2025-07-23T17:10:04-05:30", datetime(2025, 7, 23, 22, 40, 4, tzinfo=UTC)),
        ("2025-07-23", datetime(2025, 7, 23, tzinfo=UTC)),
        (1753290604, datetime(2025, 7, 23, 17, 10, 4, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("9999-12-31T23:59:59", None),
        ("2025-02-30T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
        (5, None),
        (1e300, None),
        (True, None),
        ({"at": 1}, None),
        (None, None),
    ],
)
def test_times_are_read_or_left_out(text: Any, seen: datetime | None) -> None:
    assert read_row(created_at=text).created_at == seen


def test_a_comparison_with_one_known_model_keeps_its_place() -> None:
    job = read_parameters("compare", model_b={"model": "google/gemma-4-27b-it"})
    assert job.models == (Model(name=""), Model(name="google/gemma-4-27b-it"))


@pytest.mark.parametrize("model", [None, 7, {}, {"model": None}, {"model": ["x"]}, []])
def test_a_model_that_cannot_be_read_is_left_out(model: Any) -> None:
    assert read_parameters(model_to_evaluate=model).models == ()
    assert read_parameters("compare", model_a=model, model_b=model).models == ()


@pytest.mark.parametrize("parameters", [None, 7, "x", [], {"judge": "someone"}, {"judge": None}])
def test_parameters_may_be_anything(parameters: Any) -> None:
    assert read_row(parameters=parameters).judge is None


def test_one_odd_label_or_step_costs_no_other() -> None:
    assert read_parameters(labels=["yes", 5, None, "no"]).labels == ("yes", "no")
    assert read_row(status_updates=[1, {"status": "running", "timestamp": "soon"}]).history == (
        StatusUpdate(status="running", message="", at=None),
    )


def test_an_error_may_be_an_object_with_a_message() -> None:
    assert read_row(status="error", results={"error": {"message": "no judge"}}).error == "no judge"


@pytest.mark.parametrize(
    "odd",
    [
        rb'{"workflow_id": "eval-odd", "status": "half \ud83d pair"}',
        b'{"workflow_id": "eval-odd", "status": "stray \xff byte"}',
        b'{"workflow_id": "eval-odd", "status": "tab \t inside"}',
        b'{"workflow_id": "eval-odd", "number": ' + b"9" * 5000 + b"}",
        b'{"workflow_id": "eval-odd", "nested": ' + b"[" * 300 + b"]" * 300 + b"}",
    ],
)
def test_what_a_strict_parser_refuses_in_one_row_costs_no_other_row(odd: bytes) -> None:
    found = read_jobs(b'[{"workflow_id": "eval-1"}, %b, {"workflow_id": "eval-2"}]' % odd)
    assert [job.id for job in found.jobs] == ["eval-1", "eval-odd", "eval-2"]
    repr(found).encode()


def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert read_job(rb'{"workflow_id": "eval-1", "status": "a\ud83db"}').status == "a?b"


def test_a_byte_order_mark_does_no_harm() -> None:
    assert len(read_jobs(b'\xef\xbb\xbf[{"workflow_id": "eval-1"}]').jobs) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b'"eval-1"',
        b'{"data": []}',
        b"[{",
        b"<html>",
        b"[" * 100_000,
        b"[" * 5_000 + b"]" * 5_000,
    ],
)
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_jobs(body)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"workflow_id": 5}', b"{},{}"])
def test_what_is_no_job_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_job(body)


def test_a_refusal_does_not_quote_what_it_refuses() -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        read_jobs(b'{"system_template": "SECRET-PROMPT"}')
    assert "SECRET" not in str(caught.value)


NUMBERS = (
    st.integers()
    | st.floats()
    | st.sampled_from([10**400, -(10**400), 1e308, -1e308, 2**53, 2**53 + 1, True, "12", "nan"])
)
TEXTS = st.text(st.characters(categories=None)) | st.sampled_from(
    ["", "\0", "\ud800", "eval-1", '{"yes": 1}', '{"yes": 1e400}', "2025-07-23T17:10:04Z"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def objects(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    optional = {name: value | ANYTHING for name, value in known.items()}
    return st.fixed_dictionaries({}, optional=optional) | ANYTHING


COUNTS = ("generation_fail_count", "judge_fail_count", "invalid_label_count", "failed_samples")
RESULTS = objects(
    **dict.fromkeys((*COUNTS, "invalid_score_count", "pass_percentage", "num_samples"), NUMBERS),
    **dict.fromkeys(("A_wins", "B_wins", "Ties"), NUMBERS),
    label_counts=st.dictionaries(TEXTS, NUMBERS, max_size=3),
    aggregated_scores=objects(mean_score=NUMBERS, std_score=NUMBERS, pass_percentage=NUMBERS),
    error=TEXTS,
)
MODELS = objects(model=TEXTS)
ROWS = objects(
    workflow_id=TEXTS,
    type=st.sampled_from(["classify", "score", "compare"]),
    status=st.sampled_from(["completed", "error", "running"]),
    created_at=TEXTS,
    updated_at=NUMBERS,
    status_updates=st.lists(objects(status=TEXTS, timestamp=TEXTS), max_size=2),
    parameters=objects(
        judge=MODELS,
        model_to_evaluate=MODELS,
        model_a=MODELS,
        model_b=MODELS,
        labels=st.lists(TEXTS, max_size=3),
        min_score=NUMBERS,
    ),
    results=RESULTS,
)


@settings(max_examples=150)
@given(st.lists(ROWS, max_size=3))
def test_whatever_stands_in_a_row_comes_out_sensible(rows: list[Any]) -> None:
    found = read_jobs(json.dumps(rows).encode())
    assert len(found.jobs) + found.unreadable <= len(rows)
    for value in leaves(found):
        if isinstance(value, float):
            assert math.isfinite(value)
        if isinstance(value, str):
            value.encode()
        if isinstance(value, datetime):
            assert value.utcoffset() == UTC.utcoffset(None)
    for job in found.jobs:
        assert job.id
        assert "\0" not in job.id + job.status + job.type
        if job.results is not None:
            assert math.isfinite(job.results.judged or 0)
            assert math.isfinite(job.results.failed_rows.total)


@settings(max_examples=150)
@given(st.binary() | ROWS.map(lambda row: json.dumps(row).encode()))
def test_whatever_bytes_come_they_are_read_or_refused(body: bytes) -> None:
    for read in (read_jobs, read_job):
        try:
            read(body)
        except ValueError:
            continue


def leaves(value: Any) -> Iterator[Any]:
    if is_dataclass(value):
        for part in fields(value):
            yield from leaves(getattr(value, part.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from leaves(item)
    elif hasattr(value, "items"):
        for name, item in value.items():
            yield from leaves(name)
            yield from leaves(item)
    else:
        yield value
