"""A control's value is all that is needed to answer a press, and nobody else's value is obeyed."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.commands import JobFilter, ListJobs, Sort
from bot.domain.errors import QueryError
from bot.domain.jobs import FAILED
from bot.domain.query import parse
from bot.domain.spelling import spell
from bot.rendering.controls import (
    JobView,
    ListView,
    job_value,
    list_value,
    read_job_value,
    read_list_value,
)
from tests.strategies import job_ids, list_questions, texts

SOME = settings(max_examples=100, deadline=None)
SHARERS = st.none() | st.just("U0MEMBER")


@pytest.mark.parametrize(
    ("view", "value"),
    [
        (ListView(query=ListJobs()), "1"),
        (
            ListView(query=ListJobs(statuses=FAILED, limit=5), page=2),
            "2 status:failed limit:5",
        ),
        (
            ListView(query=ListJobs(public=True), page=12, shared_by="U0MEMBER"),
            "12 by:U0MEMBER public",
        ),
        (
            ListView(query=ListJobs(filter=JobFilter(model="a&b<c>"), sort=Sort.PASS)),
            "1 model:a%26b%3Cc%3E sort:pass",
        ),
    ],
)
def test_a_lists_value_reads_like_what_was_typed(view: ListView, value: str) -> None:
    assert list_value(view) == value
    assert read_list_value(value) == view


@pytest.mark.parametrize(
    ("view", "value"),
    [
        (JobView(job_id="eval-1"), "eval-1"),
        (JobView(job_id="eval-1", public=True), "eval-1 public"),
        (
            JobView(job_id="eval-1", public=True, shared_by="U0MEMBER"),
            "eval-1 public by:U0MEMBER",
        ),
        (
            JobView(job_id="eval-1", back=ListView(query=ListJobs(limit=5), page=3)),
            "eval-1 3 limit:5",
        ),
    ],
)
def test_a_jobs_value_knows_the_way_back(view: JobView, value: str) -> None:
    assert job_value(view) == value
    assert read_job_value(value) == view


@SOME
@given(query=list_questions(), page=st.integers(1, 999), shared_by=SHARERS)
def test_every_list_comes_back_as_it_was(query: ListJobs, page: int, shared_by: str | None) -> None:
    view = ListView(query=parse_again(query), page=page, shared_by=shared_by)
    assert read_list_value(list_value(view)) == view


@SOME
@given(job_id=job_ids(), query=list_questions(), public=st.booleans(), shared_by=SHARERS)
def test_every_job_comes_back_as_it_was(
    job_id: str,
    query: ListJobs,
    public: bool,  # noqa: FBT001 - hypothesis passes by name
    shared_by: str | None,
) -> None:
    view = JobView(
        job_id=job_id,
        back=ListView(query=parse_again(query)),
        public=public,
        shared_by=shared_by,
    )
    assert read_job_value(job_value(view)) == view


@SOME
@given(value=texts())
@example("0 status:failed")
@example("1 show eval-1")
@example("1 status:nonsense")
@example("1000")
@example("1\n")
@example("%FF")
def test_a_value_of_nobodys_is_an_old_button(value: str) -> None:
    for read in (read_list_value, read_job_value):
        try:
            read(value)
        except QueryError as error:
            assert "older version" in error.problem  # noqa: PT017 - most values read as nothing


def parse_again(query: ListJobs) -> ListJobs:
    """The question as the grammar gives it; a value that it refuses asks for all."""
    try:
        parsed = parse(spell(query))
    except QueryError:
        return ListJobs()
    assert isinstance(parsed, ListJobs)
    return parsed
