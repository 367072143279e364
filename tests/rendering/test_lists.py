"""A list as people see it. The samples of the design come first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import cleandoc

from bot.domain.commands import JobFilter, ListJobs, Sort
from bot.domain.errors import TogetherUnreachable
from bot.domain.jobs import ACTIVE, FAILED, ClassifyResults, EvaluationJob, JobList, Model, Status
from bot.domain.selection import select
from bot.rendering.kit import Element, Message
from bot.rendering.lists import candidates, job_list
from bot.rendering.problems import stale_notice
from tests.rendering.seen import seen, told

NOW = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)
COMPLETED = EvaluationJob(
    id="eval-7df2-1751287840",
    status="completed",
    type="classify",
    models=(Model(name="Qwen/Qwen3.5-9B"),),
    created_at=NOW - timedelta(minutes=15),
    updated_at=NOW - timedelta(minutes=3),
    results=ClassifyResults(pass_percentage=87.0, label_counts={"yes": 174.0, "no": 26.0}),
)
BLAMELESS = EvaluationJob(
    id="eval-91bc-1751280001",
    status="user_error",
    type="score",
    models=(Model(name="answer", is_column=True),),
    created_at=NOW - timedelta(hours=19, minutes=25),
    updated_at=NOW - timedelta(hours=19, minutes=24),
    error='dataset column "answer" is missing',
)
RUNNING = EvaluationJob(
    id="eval-a0f3-1751279000",
    status="running",
    type="compare",
    models=(Model(name="Qwen/Qwen3.5-9B"), Model(name="google/gemma-4")),
    created_at=NOW - timedelta(hours=20),
    updated_at=NOW - timedelta(hours=5),
)
JOBS = (COMPLETED, BLAMELESS, RUNNING)
QWEN = ListJobs(filter=JobFilter(model="qwen"))


def listing(
    query: ListJobs,
    *,
    jobs: tuple[EvaluationJob, ...] = JOBS,
    number: int = 1,
    shared_by: str | None = None,
) -> Message:
    page = select(query, [JobList(jobs=jobs)], page=number, now=NOW)
    return job_list(page, query, fetched_at=NOW, shared_by=shared_by)


def many(count: int) -> tuple[EvaluationJob, ...]:
    return tuple(
        replace(
            COMPLETED,
            id=f"eval-{number:04}",
            created_at=NOW - timedelta(hours=number),
            updated_at=NOW - timedelta(hours=number),
        )
        for number in range(count)
    )


def controls(message: Message) -> list[Element]:
    elements: list[Element] = message.blocks[-1]["elements"]
    return elements


def values(message: Message) -> dict[str, str]:
    return {
        element["text"]["text"]: element["value"]
        for element in controls(message)
        if element["type"] == "button"
    }


def test_a_list_is_scanned_in_one_glance() -> None:
    assert seen(listing(ListJobs(statuses=FAILED | {Status.COMPLETED, Status.RUNNING}))) == (
        cleandoc("""
            # 3 evaluation jobs
            ✅  eval-7df2-1751287840 · completed · classify
            Qwen3.5-9B · *87.0 % pass* · yes 174 · no 26
            2026-11-24 14:02 UTC · took 12 min  [Details]
            ⚠️  eval-91bc-1751280001 · failed, your data or settings · score
            column "answer" · dataset column "answer" is missing
            2026-11-23 18:41 UTC · took 1 min  [Details]
            🔄  eval-a0f3-1751279000 · running · compare
            Qwen3.5-9B against gemma-4
            since 2026-11-24 09:05 UTC  [Details]
            (asked for: `status:running,completed,failed` · as of 2026-11-24 14:05 UTC)
            [Refresh] [Status ▾] [Share to channel]
        """)
    )


def test_the_text_alone_tells_every_job() -> None:
    assert told(listing(ListJobs()).text) == cleandoc("""
        3 evaluation jobs
        eval-7df2-1751287840 completed: 87.0 % pass · yes 174 · no 26 (classify, Qwen3.5-9B)
        eval-91bc-1751280001 failed, your data or settings: dataset column "answer" is missing \
(score, column "answer")
        eval-a0f3-1751279000 running (compare, Qwen3.5-9B against gemma-4)
        asked for: all jobs · as of 2026-11-24 14:05 UTC
    """)


def test_a_filter_on_our_side_says_so() -> None:
    message = seen(listing(replace(QWEN, sort=Sort.PASS)))
    assert (
        "(asked for: `model:qwen sort:pass` · 2 of the 3 that Together lists match · "
        "highest pass rate first · as of " in message
    )
    alone = seen(listing(QWEN, jobs=(COMPLETED, BLAMELESS)))
    assert "· 1 of the 2 that Together lists matches ·" in alone


def test_a_sort_on_our_side_says_so() -> None:
    message = seen(listing(ListJobs(sort=Sort.OLDEST)))
    assert "asked for: `sort:oldest` · oldest first of the 3 that Together lists · as of" in message


def test_the_headline_never_promises_the_newest() -> None:
    for sort in Sort:
        assert "newest" not in listing(ListJobs(sort=sort), jobs=many(30)).text.splitlines()[0]


def test_a_page_says_where_it_stands_and_leads_both_ways() -> None:
    message = listing(ListJobs(), jobs=many(37), number=2)
    assert seen(message).startswith("# Evaluation jobs 11 to 20 of 37\n")
    assert values(message) == {
        "Refresh": "2",
        "Newer": "1",
        "Older": "3",
        "Share to channel": "2",
    }


def test_the_first_page_has_no_newer_and_the_last_no_older() -> None:
    assert "Newer" not in values(listing(ListJobs(), jobs=many(37)))
    last = listing(ListJobs(), jobs=many(37), number=4)
    assert "Older" not in values(last)
    assert seen(last).startswith("# Evaluation jobs 31 to 37 of 37\n")


def test_the_status_menu_keeps_the_rest_of_the_question() -> None:
    menu = controls(listing(replace(QWEN, limit=5, statuses=ACTIVE)))[1]
    assert [(option["text"]["text"], option["value"]) for option in menu["options"]] == [
        ("All", "1 limit:5 model:qwen"),
        ("Active", "1 status:active limit:5 model:qwen"),
        ("Completed", "1 status:completed limit:5 model:qwen"),
        ("Failed", "1 status:failed limit:5 model:qwen"),
    ]


def test_the_status_menu_is_left_out_where_its_values_would_be_too_long() -> None:
    query = ListJobs(filter=JobFilter(model="q" * 100, judge="j" * 100, dataset="d" * 100))
    message = listing(query, jobs=many(3))
    assert {element["type"] for element in controls(message)} == {"button"}


def test_details_know_the_way_back() -> None:
    assert listing(QWEN).blocks[1]["accessory"]["value"] == "eval-7df2-1751287840 1 model:qwen"


def test_a_public_list_has_no_share_button_and_its_details_no_way_back() -> None:
    message = listing(replace(QWEN, public=True), shared_by="U0MEMBER")
    assert values(message) == {"Refresh": "1 by:U0MEMBER model:qwen public"}
    assert message.blocks[1]["accessory"]["value"] == "eval-7df2-1751287840"


def test_a_shared_list_says_who_shared_it_and_hides_how_it_was_asked_to_be_public() -> None:
    message = listing(replace(QWEN, public=True), shared_by="U0MEMBER")
    assert "asked for: `model:qwen` ·" in seen(message)
    assert " · shared by @U0MEMBER · as of" in seen(message)
    assert "shared by <@U0MEMBER>" in message.text


def test_rows_that_could_not_be_read_are_said() -> None:
    page = select(ListJobs(), [JobList(jobs=JOBS, unreadable=2)], page=1, now=NOW)
    assert " · 2 could not be read · as of" in seen(job_list(page, ListJobs(), fetched_at=NOW))


def test_an_empty_list_says_what_was_asked_and_offers_the_nearest_wider_question() -> None:
    message = listing(ListJobs(filter=JobFilter(model="zephyr"), statuses=FAILED))
    assert seen(message) == cleandoc("""
        No job matches `status:failed model:zephyr` among the 3 that Together lists.
        (as of 2026-11-24 14:05 UTC)
        [Refresh] [Without filters]
    """)
    assert values(message)["Without filters"] == "1 status:failed"


def test_an_empty_list_of_a_status_offers_all_jobs() -> None:
    message = listing(ListJobs(statuses=FAILED, public=True), jobs=(), shared_by="U0MEMBER")
    assert seen(message).startswith("Together lists no jobs for `status:failed`.\n")
    assert values(message)["All jobs"] == "1 by:U0MEMBER public"


def test_no_jobs_at_all_is_a_beginning() -> None:
    assert seen(listing(ListJobs(), jobs=())) == cleandoc("""
        Together lists no evaluation jobs yet. Start one, and `/evals` shows it here.
        (as of 2026-11-24 14:05 UTC)
        [Refresh]
    """)


def test_a_page_that_is_gone_leads_to_the_first() -> None:
    message = listing(ListJobs(), number=9)
    assert seen(message).startswith("There is no page 9 any more: 3 jobs in all.\n")
    assert values(message) == {"Refresh": "9", "First page": "1"}


def test_an_old_answer_says_so_above_the_list_and_can_be_refreshed() -> None:
    page = select(ListJobs(), [JobList(jobs=JOBS)], page=1, now=NOW)
    notice = stale_notice(TogetherUnreachable("late"), fetched_at=NOW, reference="7f3a")
    message = job_list(page, ListJobs(), fetched_at=NOW, notice=notice)
    assert seen(message).splitlines()[:3] == [
        "Together did not answer in time. This is what it said 2026-11-24 14:05 UTC.",
        "(ref 7f3a)",
        "# 3 evaluation jobs",
    ]
    assert message.text.startswith(notice.text)
    assert "Refresh" in values(message)


def test_several_candidates_are_listed_without_a_way_back() -> None:
    message = candidates("7d", many(12))
    assert seen(message).startswith(
        "12 evaluation jobs begin with `7d`. Here are 10; more letters of the id narrow it down.\n"
    )
    assert message.blocks[1]["accessory"]["value"] == "eval-0000"
