"""Whatever Together or a person writes: Slack takes the message, and nothing foreign is live."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.commands import JobFilter, ListJobs
from bot.domain.errors import (
    AccessDenied,
    BotError,
    Hint,
    JobNotFound,
    QueryError,
    SettingsError,
    SlackBusy,
    SlackError,
    SlackRefused,
    SlackRefusedChannel,
    SlackRefusedMessage,
    SlackUnreachable,
    StoreError,
    TogetherBusy,
    TogetherError,
    TogetherGarbled,
    TogetherRefused,
    TogetherRefusedKey,
    TogetherUnreachable,
)
from bot.domain.health import HealthReport, PollHealth, QueueHealth
from bot.domain.jobs import (
    JOB_ID,
    ClassifyResults,
    CompareResults,
    EvaluationJob,
    FailedRows,
    Model,
    ScoreResults,
    StatusUpdate,
)
from bot.domain.selection import Page
from bot.rendering.controls import JobView, ListView
from bot.rendering.health import health_message
from bot.rendering.help import TOPICS, help_message
from bot.rendering.jobs import job_card
from bot.rendering.kit import Message
from bot.rendering.lists import candidates, job_list
from bot.rendering.problems import (
    BUSY,
    STILL_ASKING,
    later_message,
    problem_message,
    stale_notice,
)
from bot.rendering.results import status_words
from tests.rendering.rules import check
from tests.strategies import (
    HOSTILE_TEXTS,
    job_ids,
    jobs,
    list_questions,
    moments,
    texts,
)

THEN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LONGEST_NOTICE = stale_notice(
    TogetherRefusedKey("no", status=403), fetched_at=THEN, reference="7f3a"
)
HUGE = 1e300
FEW = settings(max_examples=40, deadline=None)
SOME = settings(max_examples=80, deadline=None)


def errors(text: str) -> Iterator[BotError]:
    """Every kind of error, with that text wherever a foreign text may be."""
    yield QueryError("{word} is no {word}.", word=text, hint=Hint(suggestion=f"show {text}"))
    yield QueryError("I don't know “{word}”.", word=text, hint=Hint(valid=("yes", "no")))
    yield AccessDenied("This is for members.")
    yield TogetherError(text, status=None, detail=text)
    yield TogetherUnreachable(text, status=None, detail=text)
    yield TogetherUnreachable(text, status=503, detail=text)
    yield TogetherBusy(text, retry_after_seconds=None, detail=text)
    yield TogetherBusy(text, retry_after_seconds=HUGE, detail=text)
    yield TogetherBusy(text, retry_after_seconds=-HUGE, detail=text)
    yield TogetherRefusedKey(text, status=401, detail=text)
    yield TogetherRefusedKey(text, status=403, detail=text)
    yield TogetherRefused(text, status=400, detail=text)
    yield TogetherRefused(text, status=404, detail=text)
    yield TogetherRefused(text, status=302, detail=text)
    yield TogetherGarbled(text, status=200, detail=text)
    yield JobNotFound(text, detail=text)
    yield SlackUnreachable(text, code=text)
    yield SlackRefusedMessage(text, code=text)
    yield SlackRefused(text, code=text)
    yield SlackBusy(text, retry_after_seconds=HUGE)
    yield SlackRefusedChannel(text, code=text)
    yield SlackError(text, code=text)
    yield StoreError(text)
    yield SettingsError(text)


def sayings(text: str) -> Iterator[BotError]:
    """Errors whose words are ours, should a foreign text ever slip into them."""
    yield QueryError(
        f"So: {text} {{word}} {{word}} {{word}} {text}",
        word=text,
        hint=Hint(suggestion=f"x{text}", valid_title=f"Words {text}", valid=(text,) * 100),
    )
    yield AccessDenied(f"So: {text}")


def drenched(text: str, *, job_id: str = "E" * 128) -> list[EvaluationJob]:
    """One job of each type, with that text in every field, and figures beyond sense."""
    failed_rows = FailedRows(generation=HUGE, judge=HUGE, invalid=HUGE, samples=HUGE)
    found = (
        ClassifyResults(
            pass_percentage=HUGE,
            label_counts={text + str(n): HUGE for n in range(100)},
            labels_unreadable=True,
            failed_rows=failed_rows,
            result_file_id=text,
        ),
        ScoreResults(
            mean_score=HUGE,
            std_score=HUGE,
            pass_percentage=HUGE,
            failed_rows=failed_rows,
            result_file_id=text,
        ),
        CompareResults(
            a_wins=HUGE, b_wins=1.0, ties=HUGE, failed_rows=failed_rows, result_file_id=text
        ),
    )
    return [
        EvaluationJob(
            id=job_id,
            status=text,
            type="compare" if isinstance(results, CompareResults) else text,
            models=(Model(name=text), Model(name=text, is_column=True)),
            judge=text,
            dataset=text,
            labels=(text,) * 100,
            pass_labels=(text,) * 100,
            min_score=HUGE,
            max_score=HUGE,
            pass_threshold=HUGE,
            position_bias_corrected=True,
            created_at=THEN,
            updated_at=THEN + timedelta(days=700_000),
            owner_id=text,
            history=(StatusUpdate(status=text, message=text, at=THEN),) * 30,
            error=text,
            results=results,
        )
        for results in found
    ]


def page_of(jobs: tuple[EvaluationJob, ...], *, number: int = 99) -> Page:
    return Page(
        jobs=jobs,
        number=number,
        first=number * 10 - 9,
        matching=9_999,
        listed=100,
        unreadable=100,
        filtered=True,
        has_older=True,
    )


def check_complete(message: Message, shown: tuple[EvaluationJob, ...], *, end: str = "") -> None:
    assert end in message.text.rpartition("\n")[2]
    for job in shown:
        assert status_words(job) in message.text
        if JOB_ID.fullmatch(job.id):
            assert job.id in message.text


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=range(len(HOSTILE_TEXTS)))
def test_no_text_does_harm_wherever_it_stands(text: str) -> None:
    view = JobView(job_id="eval-1", back=ListView(query=ListJobs(filter=JobFilter(model="x"))))
    for error in errors(text):
        check(problem_message(error, reference="7f3a"))
        if isinstance(error, TogetherError):
            check(stale_notice(error, fetched_at=THEN, reference="7f3a"))
    for job_id in ("E" * 128, text):
        same = drenched(text, job_id=job_id)
        shown = tuple((same * 4)[:10])
        listed = job_list(page_of(shown), ListJobs(), fetched_at=THEN, notice=LONGEST_NOTICE)
        check(listed)
        check_complete(listed, shown, end=" · as of ")
        for job in same:
            check(job_card(job, view, fetched_at=THEN, notice=LONGEST_NOTICE))
    for error in sayings(text):
        check(problem_message(error, reference="7f3a"), ours=True)
    check(candidates(f"7d{text}", tuple(drenched(text) * 4)))
    check(later_message(f"watch {text}"))


@FEW
@given(
    shown=st.lists(jobs(), max_size=10).map(tuple),
    query=list_questions(),
    number=st.integers(1, 100),
    fetched_at=moments(),
    shared=st.booleans(),
)
def test_any_list_is_taken_and_its_text_is_complete(
    shown: tuple[EvaluationJob, ...],
    query: ListJobs,
    number: int,
    fetched_at: datetime,
    shared: bool,  # noqa: FBT001 - hypothesis passes by name
) -> None:
    message = job_list(
        page_of(shown, number=number),
        query,
        fetched_at=fetched_at,
        shared_by="U0MEMBER" if shared else None,
    )
    check(message, mentioned=frozenset({"U0MEMBER"} if shared else ()))
    check_complete(message, shown, end="as of ")


@SOME
@given(
    job=jobs(),
    back=st.none() | st.builds(ListView, query=list_questions(), page=st.integers(1, 100)),
    public=st.booleans(),
    fetched_at=moments(),
)
def test_any_job_is_taken_and_its_text_is_complete(
    job: EvaluationJob,
    back: ListView | None,
    public: bool,  # noqa: FBT001 - hypothesis passes by name
    fetched_at: datetime,
) -> None:
    view = JobView(
        job_id="eval-1", back=back, public=public, shared_by="U0MEMBER" if public else None
    )
    message = job_card(job, view, fetched_at=fetched_at)
    check(message, mentioned=frozenset({"U0MEMBER"} if public else ()))
    check_complete(message, (job,))


@FEW
@given(shown=st.lists(jobs(), min_size=1, max_size=12).map(tuple), reference=texts())
def test_any_candidates_are_taken(shown: tuple[EvaluationJob, ...], reference: str) -> None:
    message = candidates(f"7d{reference}", shown)
    check(message)
    check_complete(message, shown[:10])


@SOME
@given(text=texts(), reference=job_ids())
def test_any_error_is_taken(text: str, reference: str) -> None:
    for error in errors(text):
        check(problem_message(error, reference=reference))
    for error in sayings(text):
        check(problem_message(error, reference=reference), ours=True)


@SOME
@given(words=texts(), moment=moments(), calls=st.integers(0, 10**12))
def test_any_health_is_taken(words: str, moment: datetime, calls: int) -> None:
    for error in errors(words):
        if isinstance(error, TogetherError):
            report = HealthReport(
                version="0.1.0",
                transport="HTTP, listening",
                started_at=min(moment, THEN),
                now=max(moment, THEN),
                last_answer_at=moment,
                last_failure=(THEN, error),
                calls=calls,
                polls=PollHealth(last_poll_at=moment, failing_since=moment, saturated=True),
                queue=QueueHealth(waiting=calls, oldest_due_at=moment, in_doubt=calls, dead=calls),
            )
            check(health_message(report))


def test_our_own_words_are_taken() -> None:
    for message in (
        BUSY,
        STILL_ASKING,
        problem_message(None, reference="7f3a"),
        help_message(None),
        *map(help_message, TOPICS),
    ):
        check(message)
