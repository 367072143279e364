"""Selection: what goes upstream, and which page of what came back is shown."""

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.commands import JobFilter, ListJobs, Sort
from bot.domain.jobs import (
    FAILED,
    ClassifyResults,
    EvaluationJob,
    EvaluationType,
    JobList,
    Model,
    Results,
    Status,
)
from bot.domain.selection import (
    Page,
    Question,
    find_by_reference,
    matches,
    questions,
    select,
    widen,
)
from tests.fakes import NOON


def job(
    name: str,
    *,
    minutes_ago: float | None = None,
    status: str = "completed",
    took: float | None = None,
    results: Results | None = None,
) -> EvaluationJob:
    created = None if minutes_ago is None else NOON - timedelta(minutes=minutes_ago)
    return EvaluationJob(
        id=name,
        status=status,
        created_at=created,
        updated_at=created + timedelta(minutes=took) if created and took is not None else None,
        results=results,
    )


def page_of(query: ListJobs, *answers: list[EvaluationJob], page: int = 1) -> Page:
    return select(query, [JobList(jobs=tuple(jobs)) for jobs in answers], page=page, now=NOON)


def ids(page: Page) -> list[str]:
    return [found.id for found in page.jobs]


@pytest.mark.parametrize(
    ("query", "page", "asked"),
    [
        (ListJobs(), 1, [Question()]),
        (ListJobs(limit=5), 1, [Question(limit=5)]),
        (ListJobs(limit=5), 2, [Question(limit=100)]),
        (ListJobs(public=True), 1, [Question()]),
        (
            ListJobs(statuses=FAILED, limit=20),
            1,
            [Question(status="error", limit=20), Question(status="user_error", limit=20)],
        ),
        (ListJobs(statuses=frozenset({Status.RUNNING})), 1, [Question(status="running")]),
        (ListJobs(filter=JobFilter(model="qwen"), limit=5), 1, [Question(limit=100)]),
        (ListJobs(since=timedelta(days=7)), 1, [Question(limit=100)]),
        (ListJobs(sort=Sort.OLDEST), 1, [Question(limit=100)]),
    ],
)
def test_status_and_limit_alone_go_upstream_as_typed(
    query: ListJobs, page: int, asked: list[Question]
) -> None:
    assert list(questions(query, page=page)) == asked


def test_several_statuses_are_merged_and_cut_to_the_limit() -> None:
    completed = [job(f"c{n}", minutes_ago=2 * n) for n in range(3)]
    failed = [job(f"f{n}", minutes_ago=2 * n + 1, status="error") for n in range(3)]
    query = ListJobs(statuses=frozenset({Status.COMPLETED, Status.ERROR}), limit=3)
    page = page_of(query, completed, failed)
    assert ids(page) == ["c0", "f0", "c1"]
    assert (page.matching, page.listed, page.has_older) == (3, 6, True)


def test_a_job_in_two_answers_is_one_job() -> None:
    page = page_of(ListJobs(), [job("a")], [job("a")])
    assert (ids(page), page.matching) == (["a"], 1)


def test_pages_have_ten_jobs_and_go_on_to_all_that_together_lists() -> None:
    jobs = [job(f"j{n:02}", minutes_ago=n) for n in range(37)]
    query = ListJobs(limit=25)
    first = page_of(query, jobs[:25])
    assert (len(first.jobs), first.matching, first.has_older) == (10, 25, True)
    last = page_of(query, jobs, page=4)
    assert ids(last) == [f"j{n}" for n in range(30, 37)]
    assert (last.first, last.matching, last.has_older) == (31, 37, False)


def test_a_small_limit_is_the_size_of_a_page() -> None:
    jobs = [job(f"j{n:02}", minutes_ago=n) for n in range(12)]
    assert ids(page_of(ListJobs(limit=5), jobs[:5])) == ["j00", "j01", "j02", "j03", "j04"]
    assert ids(page_of(ListJobs(limit=5), jobs, page=3)) == ["j10", "j11"]


def test_a_full_answer_may_have_older_jobs_behind_it() -> None:
    assert page_of(ListJobs(limit=3), [job(f"j{n}") for n in range(3)]).has_older
    assert not page_of(ListJobs(limit=3), [job(f"j{n}") for n in range(2)]).has_older
    partly = JobList(jobs=(job("a"), job("b")), unreadable=1)
    page = select(ListJobs(limit=3), [partly], page=1, now=NOON)
    assert (page.has_older, page.unreadable) == (True, 1)


def test_a_page_beyond_the_end_is_empty() -> None:
    page = page_of(ListJobs(), [job("a")], page=9)
    assert (page.jobs, page.matching, page.has_older) == ((), 1, False)


def test_newest_comes_first_and_jobs_without_a_time_last() -> None:
    jobs = [
        job("none"),
        job("old", minutes_ago=9),
        job("b", minutes_ago=1),
        job("a", minutes_ago=1),
    ]
    assert ids(page_of(ListJobs(), jobs)) == ["a", "b", "old", "none"]
    assert ids(page_of(ListJobs(sort=Sort.OLDEST), jobs)) == ["old", "a", "b", "none"]


def test_sorting_by_figures_puts_what_has_none_last() -> None:
    jobs = [
        job("nan", results=ClassifyResults(pass_percentage=math.nan)),
        job("low", results=ClassifyResults(pass_percentage=3.5), minutes_ago=0, took=90),
        job("none", minutes_ago=5),
        job("high", results=ClassifyResults(pass_percentage=99), minutes_ago=0, took=5),
    ]
    assert ids(page_of(ListJobs(sort=Sort.PASS), jobs)) == ["high", "low", "nan", "none"]
    assert ids(page_of(ListJobs(sort=Sort.DURATION), jobs)) == ["low", "high", "nan", "none"]


def test_since_counts_back_from_now_or_from_a_day_in_utc() -> None:
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    jobs = [
        EvaluationJob(id="at", status="completed", created_at=midnight),
        EvaluationJob(
            id="before", status="completed", created_at=midnight - timedelta(microseconds=1)
        ),
        EvaluationJob(id="unknown", status="completed"),
    ]
    assert ids(page_of(ListJobs(since=date(2026, 11, 24)), jobs)) == ["at"]
    assert ids(page_of(ListJobs(since=timedelta(hours=12)), jobs)) == ["at"]
    assert ids(page_of(ListJobs(since=timedelta.max), jobs)) == ["at", "before"]
    assert ids(page_of(ListJobs(since=date.min), jobs)) == ["at", "before"]


def test_texts_match_a_part_of_the_name_in_any_case() -> None:
    found = EvaluationJob(
        id="a",
        status="completed",
        type="compare",
        models=(Model(name="Qwen/Qwen3.5-9B"), Model(name="answer", is_column=True)),
        judge="meta-llama/Llama-3.3-70B",
        dataset="file-12",
    )
    for wanted in (
        JobFilter(),
        JobFilter(type=EvaluationType.COMPARE, model="qwen3", judge="LLAMA", dataset="12"),
        JobFilter(model="ANSWER"),
    ):
        assert matches(found, wanted)
    for wanted in (
        JobFilter(type=EvaluationType.SCORE),
        JobFilter(model="gemma"),
        JobFilter(judge="qwen"),
        JobFilter(dataset="13"),
    ):
        assert not matches(found, wanted)
    assert not matches(EvaluationJob(id="b", status="completed"), JobFilter(judge="a", dataset="b"))


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("eval-7df2", ["eval-7df2"]),
        ("7df2", ["eval-7df2"]),
        ("EVAL-7DF2-X", ["eval-7df2-x"]),
        ("eval-7df2-", ["eval-7df2-x", "eval-7df2-y"]),
        ("eval-9A", ["eval-9Ab"]),
        ("eval-9a", ["eval-9aC"]),
        ("9A", ["eval-9Ab"]),
        ("EVAL-9", ["eval-9Ab", "eval-9aC"]),
        ("own", ["own-id"]),
        ("zz", []),
    ],
)
def test_rule_6_an_id_matches_exactly_then_folded_then_by_its_beginning(
    reference: str, found: list[str]
) -> None:
    names = ("eval-7df2", "eval-7df2-x", "eval-7df2-y", "eval-9Ab", "eval-9aC", "own-id")
    jobs = [job(name) for name in names]
    assert [one.id for one in find_by_reference(reference, iter(jobs))] == found


def test_widening_drops_filters_first_then_statuses() -> None:
    query = ListJobs(statuses=FAILED, filter=JobFilter(model="a"), since=timedelta(1), limit=5)
    assert widen(query) == ListJobs(statuses=FAILED, limit=5)
    assert widen(ListJobs(statuses=FAILED, limit=5)) == ListJobs(limit=5)
    assert widen(ListJobs(limit=5)) is None


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.none() | st.integers(0, 30), max_size=60),
    st.sampled_from([Sort.OLDEST, Sort.PASS, Sort.DURATION]),
    st.none() | st.integers(1, 100),
)
def test_walking_on_to_older_pages_shows_every_job_once(
    ages: list[int | None], sort: Sort, limit: int | None
) -> None:
    jobs = [job(f"j{n}", minutes_ago=age) for n, age in enumerate(ages)]
    query = ListJobs(sort=sort, limit=limit)
    page = page_of(query, jobs)
    seen = ids(page)
    while page.has_older:
        page = page_of(query, jobs, page=page.number + 1)
        assert page.first == len(seen) + 1
        seen += ids(page)
    assert sorted(seen) == sorted(one.id for one in jobs)
