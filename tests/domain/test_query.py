"""The seven rules of the grammar, its verbs, and its promise on any text at all."""

# ruff: noqa: RUF001 - phones make these dashes, quotes and digits of what is typed

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.commands import (
    HELP_TOPICS,
    Command,
    Event,
    Health,
    Help,
    JobFilter,
    Later,
    ListJobs,
    Mute,
    SendTest,
    ShowJob,
    ShowLog,
    Sort,
    Unmute,
    Unwatch,
    Watch,
    Watches,
)
from bot.domain.errors import QueryError
from bot.domain.jobs import ACTIVE, FAILED, EvaluationType, Status
from bot.domain.query import parse

PAGE = "https://api.together.ai/evaluations/result/eval-7df2-1751287840"


def refusal(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


def test_nothing_asks_for_the_list() -> None:
    assert parse("") == parse(" , ") == ListJobs()


def test_rule_1_slack_tokens_entities_quotes_dashes_and_spaces_are_read_as_they_were_meant() -> (
    None
):
    meant = ListJobs(
        statuses=frozenset({Status.ERROR}), limit=5, filter=JobFilter(model="a & <b>, c")
    )
    for text in (
        'status:error limit:5 model:"a &amp; &lt;b&gt;, c"',
        "—status error –n 5 —model “a & <b>, c”",
        "–status=error\N{NO-BREAK SPACE}–limit=5,model=‘a & &lt;b>, c’",
    ):
        assert parse(text) == meant
    assert parse("model:a—b–c") == ListJobs(filter=JobFilter(model="a-b-c"))
    assert parse(f"<{PAGE}|together>") == ShowJob(reference="eval-7df2-1751287840")
    watch = parse("watch notify:<@U0MEMBER|somebody> in:<#C0GENERAL|general>")
    assert watch == Watch(notify=("U0MEMBER",), channel="C0GENERAL")


def test_rule_2_the_first_word_and_only_there_may_be_a_verb() -> None:
    assert parse("status") == Health()
    assert parse("status running") == parse("running")
    assert parse("limit 5") == ListJobs(limit=5)
    assert parse("SHOW 7df2") == ShowJob(reference="7df2")
    for verb in ("help", "show", "watch", "watches", "mute", "test", "log", "digest"):
        assert "comes first" in refusal(f"failed {verb}").problem
    assert refusal("failed compare").hint.suggestion == "type:compare"


def test_rule_2_compare_needs_two_ids_else_it_suggests_the_type() -> None:
    assert parse("compare eval-a eval-b") == parse("compare 7df2, 91bc") == Later(verb="compare")
    assert parse(f"compare <{PAGE}> eval-b") == Later(verb="compare")
    for text in (
        "compare",
        "compare eval-a",
        "compare failed",
        "compare failed 20",
        "compare a b c",
    ):
        assert refusal(text).hint.suggestion == "type:compare"


def test_rule_3_bare_digits_are_the_limit() -> None:
    assert parse("5") == parse("005") == ListJobs(limit=5)
    assert parse("failed 20") == parse("20,failed") == ListJobs(statuses=FAILED, limit=20)


def test_rule_3_a_bare_status_word_or_alias_is_a_status() -> None:
    for status in Status:
        assert parse(status.value) == ListJobs(statuses=frozenset({status}))
    for words, statuses in {
        "done success succeeded completed": frozenset({Status.COMPLETED}),
        "failed failure fail": FAILED,
        "active open": ACTIVE,
        "all": frozenset(),
    }.items():
        for word in words.split():
            assert parse(word) == parse(f"status:{word}") == ListJobs(statuses=frozenset(statuses))


def test_rule_3_public_is_itself() -> None:
    assert parse("public") == parse("--public") == ListJobs(public=True)
    assert parse("failed public 5") == ListJobs(statuses=FAILED, limit=5, public=True)


def test_rule_3_a_bare_word_that_begins_with_eval_is_a_job() -> None:
    assert parse("eval-7df2") == ShowJob(reference="eval-7df2")
    assert parse("public eval-7df2") == ShowJob(reference="eval-7df2", public=True)
    assert parse("show 7df2 public") == ShowJob(reference="7df2", public=True)
    assert "does not go with it" in refusal("eval-7df2 failed").problem


def test_rule_3_all_else_is_an_error() -> None:
    for text in ("7df2", "classify", "oldest", "7d", "qwen", "failed, what", "tell me more", "''"):
        refusal(text)


def test_rule_4_error_is_that_status_alone_and_failed_is_both() -> None:
    assert parse("error") == ListJobs(statuses=frozenset({Status.ERROR}))
    assert parse("failed") == ListJobs(statuses=frozenset({Status.ERROR, Status.USER_ERROR}))


def test_rule_4_statuses_unite() -> None:
    united = ListJobs(statuses=FAILED | {Status.RUNNING})
    for text in ("failed running", "error,running user_error", "status:running status:failed"):
        assert parse(text) == united
    assert parse("failed all") == ListJobs()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("limit:5 20", ("limit:5", "20")),
        ("5 6", ("5", "6")),
        ("model:a --model b", ("model:a", "--model b")),
        ("model:a,b", ("model:a", "b")),
        ("type:score,compare", ("score", "compare")),
        ("sort:pass sort:oldest", ("sort:pass", "sort:oldest")),
        ("since:7d since:2026-11-01", ("since:7d", "since:2026-11-01")),
        ("eval-a eval-b", ("eval-a", "eval-b")),
        ("watch thread:on thread:off", ("thread:on", "thread:off")),
        ("model:" + "a" * 90 + " model:" + "b" * 90, ("model:aaa", "model:bbb")),
    ],
)
def test_rule_4_a_second_different_value_shows_both(text: str, values: tuple[str, str]) -> None:
    error = refusal(text)
    assert all(value in error.word for value in values)
    assert "only one" in error.problem


def test_rule_4_the_same_value_twice_is_no_contradiction() -> None:
    assert parse("5 limit:5 -n 5 since:1d since:24h") == ListJobs(limit=5, since=timedelta(days=1))


def test_rule_5_a_watch_of_one_job_takes_only_events_notify_thread_and_in() -> None:
    watch = parse("watch eval-7df2 completed notify:<@U1> thread:off in:<#C1|x>")
    assert watch == Watch(
        job="eval-7df2",
        events=frozenset({Event.COMPLETED}),
        notify=("U1",),
        thread=False,
        channel="C1",
    )
    for word in ("type:score", "model:a", "judge:a", "dataset:a", "limit:5", "sort:pass", "public"):
        assert refusal(f"watch eval-7df2 {word}").word == word


def test_rule_5_in_watch_the_words_of_ended_jobs_set_events() -> None:
    for text in ("watch failed", "watch status:failed", "watch events:error,user_error"):
        assert parse(text) == Watch(events=frozenset({Event.ERROR, Event.USER_ERROR}))
    assert parse("watch done error") == Watch(events=frozenset({Event.COMPLETED, Event.ERROR}))


def test_rule_5_in_watch_words_of_a_list_are_refused_with_the_reason() -> None:
    for text in ("running", "pending", "queued", "active", "status:open", "events:running"):
        assert "starts or ends" in refusal(f"watch {text}").problem
    for text, reason in {
        "limit:5": "no limit",
        "5": "no limit",
        "sort:pass": "no order",
        "since:7d": "begins now",
        "public": "anyway",
    }.items():
        assert reason in refusal(f"watch {text}").problem


def test_rule_6_keywords_fold_case_and_ids_stay_as_typed() -> None:
    assert parse("STATUS:Failed LIMIT=5 --Sort PASS -N 5 Public") == parse(
        "status:failed limit:5 sort:pass public"
    )
    assert parse("Eval-7Df2") == ShowJob(reference="Eval-7Df2")
    assert parse("model:Qwen") == ListJobs(filter=JobFilter(model="Qwen"))


def test_rule_6_since_stays_a_span_or_a_day() -> None:
    assert parse("since:90m") == ListJobs(since=timedelta(minutes=90))
    assert parse("since:24H") == parse("since:1d") == ListJobs(since=timedelta(days=1))
    assert parse("since:2w") == ListJobs(since=timedelta(days=14))
    assert parse("since:2026-11-01") == ListJobs(since=date(2026, 11, 1))


def test_rule_7_unwatch_names_a_stable_number() -> None:
    assert parse("unwatch 3") == Unwatch(number=3)
    assert parse("unwatch all") == Unwatch(number=None)
    for text in ("unwatch", "unwatch 0", "unwatch -1", "unwatch first", "unwatch eval-7df2"):
        assert "/evals watches" in refusal(text).problem
    assert refusal("unwatch 3 4").word == "4"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("watches", Watches()),
        ("mute 2h", Mute(duration=timedelta(hours=2))),
        ("mute 90M", Mute(duration=timedelta(minutes=90))),
        ("unmute", Unmute()),
        ("test", SendTest()),
        ("log eval-7df2", ShowLog(reference="eval-7df2")),
        ("log 7df2", ShowLog(reference="7df2")),
        (f"log {PAGE}", ShowLog(reference="eval-7df2-1751287840")),
        ("watch", Watch()),
        ("digest daily 09:00 Europe/Berlin", Later(verb="digest")),
        ("baseline eval-7df2", Later(verb="baseline")),
        ("trend", Later(verb="trend")),
    ],
)
def test_every_verb_has_its_command(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize("text", ["status now", "watches 3", "unmute 2h", "test it", "show a b"])
def test_a_verb_takes_nothing_more_than_it_needs(text: str) -> None:
    refusal(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("show", "needs a job"),
        ("show public", "needs a job"),
        ("log", "needs a job"),
        ("mute", "for how long"),
        ("show sürprise", "no job's id"),
        ("show a/b", "no job's id"),
        ("show type:score", "no job's id"),
        ("show <@U1>", "no job's id"),
        ("show " + "a" * 129, "no job's id"),
        ("eval-<@U1>", "a word of its own"),
        ("test now", "does not go with `test`"),
    ],
)
def test_a_verb_says_what_it_needs(text: str, says: str) -> None:
    assert says in refusal(text).problem


@pytest.mark.parametrize("text", ["help", "HELP", "--help", "-h", "—help", "?"])
def test_help_is_found_by_those_who_guess(text: str) -> None:
    assert parse(text) == Help()


def test_help_knows_its_topics() -> None:
    for topic in HELP_TOPICS:
        assert parse(f"help {topic}") == Help(topic=topic)
    error = refusal("help filtres")
    assert (error.hint.suggestion, error.hint.valid) == ("help filters", HELP_TOPICS)
    assert refusal("help list more").word == "more"


@pytest.mark.parametrize(
    "link",
    [
        PAGE,
        f"<{PAGE}>",
        f"<{PAGE}|{PAGE}>",
        f"<{PAGE}?tab=rows&amp;x=1|{PAGE}>",
        f"{PAGE}/",
        PAGE.removeprefix("https://"),
        f"<{PAGE.replace('https', 'http')}|{PAGE.removeprefix('https://')}>",
    ],
)
def test_a_pasted_link_means_that_job(link: str) -> None:
    for text in (link, f"show {link}", f"public {link}"):
        command = parse(text)
        assert isinstance(command, ShowJob)
        assert command.reference == "eval-7df2-1751287840"
    assert parse(f"watch {link}") == Watch(job="eval-7df2-1751287840")


def test_a_link_to_elsewhere_is_no_job() -> None:
    for link in ("https://example.org/eval-7df2", "https://api.together.ai/evaluations/result/"):
        assert "no evaluation job" in refusal(f"<{link}>").problem


def test_a_name_that_slack_took_for_a_link_is_a_name() -> None:
    assert parse("model:<http://qwen.ai|qwen.ai>") == ListJobs(filter=JobFilter(model="qwen.ai"))
    assert parse("dataset:<mailto:a@b.org|a@b.org>") == ListJobs(
        filter=JobFilter(dataset="a@b.org")
    )


def test_a_mention_has_no_place_in_a_list() -> None:
    for text in ("<@U1>", "<#C1|general>", "<!subteam^S1|@group>", "model:<@U1>", "status: <@U1>"):
        refusal(text)


def test_a_question_may_use_everything_at_once() -> None:
    assert parse(
        "type:compare model:qwen judge:llama dataset:file-12 since:7d sort:pass failed 20 public"
    ) == ListJobs(
        statuses=FAILED,
        limit=20,
        filter=JobFilter(
            type=EvaluationType.COMPARE, model="qwen", judge="llama", dataset="file-12"
        ),
        since=timedelta(days=7),
        sort=Sort.PASS,
        public=True,
    )


def test_text_that_cannot_be_read_is_refused() -> None:
    assert "too long" in refusal("a" * 10_000).problem
    assert refusal("fai\x00led").word == "fai"
    refusal("\x00")
    refusal("model:\ud800")


PIECES = """
    status: limit= --model -n since: sort: notify: in: events: gate: thread: —type –x
    watch unwatch show log mute help compare digest status public failed running all started
    eval-7df2 5 -5 101 7d 2026-02-30 <@U1> <#C1|> <!here> <!subteam^S1|@g> <https:// &lt;@U1>
    , " ' “ ’ — – \\ = : &amp; {word} %s ß İ
"""
SPECIAL = (f"<{PAGE}|x>", "9" * 30, "a" * 101, " ", " ", "\n", "\x00", "\u200b", "\ud800")
FRAGMENTS = (*PIECES.split(), *SPECIAL)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=10_000)
ROWS = st.lists(st.sampled_from(FRAGMENTS), max_size=40)


def refused(text: str) -> QueryError | None:
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


@settings(max_examples=250, deadline=None)
@given(ANY_TEXT | ROWS.map("".join) | ROWS.map(" ".join))
def test_no_text_raises_anything_but_a_query_error(text: str) -> None:
    error = refused(text)
    assert error is None or (error.problem and len(error.word) <= 80)
