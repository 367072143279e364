"""From a question to what is asked upstream, and from what came back to one page of jobs.

The list endpoint knows ``status`` and ``limit`` alone; everything else happens here, over at most
100 rows, and the answer says so. The endpoint's order is not documented, so we sort.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.commands import MAX_LIMIT, JobFilter, ListJobs, Sort
from bot.domain.jobs import EvaluationJob, JobList

PAGE_SIZE = 10
"""Jobs in one message, and Together's own default for ``limit``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One call of the list endpoint. None leaves the option out."""

    status: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of an answer.

    Attributes:
        jobs: the jobs of this page, sorted.
        first: the position of its first job among ``matching``, from 1.
        matching: how many of the listed jobs match.
        listed: how many jobs Together listed for this question, statuses together.
        unreadable: how many of Together's rows could not be read.
        filtered: some of the question was answered here and not by Together.
        has_older: another page follows, or may.
    """

    jobs: tuple[EvaluationJob, ...]
    number: int
    first: int
    matching: int
    listed: int
    unreadable: int
    filtered: bool
    has_older: bool


def questions(query: ListJobs, *, page: int) -> tuple[Question, ...]:
    """What to ask Together: status and limit alone go as typed, all else needs the 100 rows."""
    limit = query.limit if _goes_upstream_whole(query) and page == 1 else MAX_LIMIT
    if not query.statuses:
        return (Question(limit=limit),)
    return tuple(Question(status=status, limit=limit) for status in sorted(query.statuses))


def select(query: ListJobs, answers: Iterable[JobList], *, page: int, now: datetime) -> Page:
    """The page that ``query`` asks for, out of the answers to ``questions``."""
    asked = questions(query, page=page)[0].limit or PAGE_SIZE
    lists = tuple(answers)
    listed = {job.id: job for answer in lists for job in answer.jobs}
    begin = _begin(query.since, now=now)
    matching = [
        job
        for job in listed.values()
        if matches(job, query.filter)
        and (begin is None or (job.created_at is not None and job.created_at >= begin))
    ]
    matching.sort(key=_sort_key(query.sort))
    whole = _goes_upstream_whole(query)
    size = min(query.limit or PAGE_SIZE, PAGE_SIZE)
    start = (page - 1) * size
    is_cut = any(len(answer.jobs) + answer.unreadable >= asked for answer in lists)
    has_older = len(matching) > start + size or (is_cut and asked < MAX_LIMIT)
    if whole and page == 1:
        # Two statuses were asked with the limit each; together they must not pass it.
        del matching[asked:]
    return Page(
        jobs=tuple(matching[start : start + size]),
        number=page,
        first=start + 1,
        matching=len(matching),
        listed=len(listed),
        unreadable=sum(answer.unreadable for answer in lists),
        filtered=not whole,
        has_older=has_older,
    )


def matches(job: EvaluationJob, wanted: JobFilter) -> bool:
    """Whether a job is meant. Texts match a part of the name, whatever its case."""
    return (
        (wanted.type is None or job.type == wanted.type)
        and (wanted.model is None or any(_in(wanted.model, model.name) for model in job.models))
        and (wanted.judge is None or _in(wanted.judge, job.judge))
        and (wanted.dataset is None or _in(wanted.dataset, job.dataset))
    )


def find_by_reference(reference: str, jobs: Iterable[EvaluationJob]) -> tuple[EvaluationJob, ...]:
    """The jobs that ``reference`` names, as a whole id or as its beginning, without ``eval-`` too.

    The strictest reading that finds any job holds: the id itself, the id in another case, a
    beginning, a beginning in another case.
    """
    listed = tuple(jobs)
    forms = (reference, f"eval-{reference}")
    folded = tuple(form.casefold() for form in forms)
    readings: tuple[Callable[[str], bool], ...] = (
        lambda job_id: job_id in forms,
        lambda job_id: job_id.casefold() in folded,
        lambda job_id: job_id.startswith(forms),
        lambda job_id: job_id.casefold().startswith(folded),
    )
    for reading in readings:
        found = tuple(job for job in listed if reading(job.id))
        if found:
            return found
    return ()


def widen(query: ListJobs) -> ListJobs | None:
    """The nearest wider question, or None when nothing is wider than everything."""
    if query.filter != JobFilter() or query.since is not None:
        return replace(query, filter=JobFilter(), since=None)
    if query.statuses:
        return replace(query, statuses=frozenset())
    return None


def _goes_upstream_whole(query: ListJobs) -> bool:
    return query.filter == JobFilter() and query.since is None and query.sort is Sort.NEWEST


def _begin(since: timedelta | date | None, *, now: datetime) -> datetime | None:
    if since is None:
        return None
    if isinstance(since, date):
        return datetime.combine(since, time(), UTC)
    try:
        return now - since
    except OverflowError:  # before the year 1, hence before every job
        return datetime.min.replace(tzinfo=UTC)


def _in(part: str, name: str | None) -> bool:
    return name is not None and part.casefold() in name.casefold()


def _sort_key(sort: Sort) -> Callable[[EvaluationJob], tuple[bool, float, str]]:
    """Jobs that lack what is sorted by come last; equal ones keep a fixed order, by id."""

    def key(job: EvaluationJob) -> tuple[bool, float, str]:
        figure = _figure(job, sort)
        if figure is None or not math.isfinite(figure):  # NaN would upset the whole order
            return (True, 0.0, job.id)
        return (False, figure if sort is Sort.OLDEST else -figure, job.id)

    return key


def _figure(job: EvaluationJob, sort: Sort) -> float | None:
    if sort is Sort.PASS:
        return getattr(job.results, "pass_percentage", None)
    if sort is Sort.DURATION:
        return None if job.duration is None else job.duration.total_seconds()
    return None if job.created_at is None else job.created_at.timestamp()
