"""What is written down of a job is the job."""

import json

import pytest
from hypothesis import given, settings

from bot.domain.jobs import ClassifyResults, EvaluationJob, Status
from bot.domain.snapshots import dump_job, load_job
from tests.strategies import jobs


@given(job=jobs())
@settings(max_examples=150, deadline=None)
def test_any_job_comes_back_as_it_was(job: EvaluationJob) -> None:
    dumped = dump_job(job)
    written = json.loads(json.dumps(dumped))
    assert written == dumped
    assert load_job(written) == job


def test_labels_keep_their_order_whatever_the_database_does_to_objects() -> None:
    counts = {"zebra": 1.0, "": 2.0, "ant": 3.0}
    job = EvaluationJob(
        id="eval-1", status="completed", results=ClassifyResults(label_counts=counts)
    )
    text = json.dumps(dump_job(job), sort_keys=True)
    results = load_job(json.loads(text)).results
    assert isinstance(results, ClassifyResults)
    assert list(results.label_counts.items()) == list(counts.items())


def test_a_bare_job_is_two_words_long() -> None:
    assert dump_job(EvaluationJob(id="eval-1", status=Status.QUEUED)) == {
        "id": "eval-1",
        "status": "queued",
    }


def test_names_of_a_later_version_are_passed_over() -> None:
    assert load_job({"id": "eval-1", "status": "queued", "mood": "fine"}) == EvaluationJob(
        id="eval-1", status="queued"
    )


def test_something_else_is_refused() -> None:
    with pytest.raises(TypeError):
        load_job({"id": "eval-1"})
    with pytest.raises(KeyError):
        load_job({"id": "eval-1", "status": "completed", "results": {"type": "poem"}})
