"""What a watch takes."""

import pytest

from bot.domain.commands import Event, JobFilter, Watch
from bot.domain.errors import QueryError
from bot.domain.jobs import EvaluationType
from bot.domain.watch_query import read_watch
from bot.domain.words import split


def watch(text: str) -> Watch:
    return read_watch(split(text))


def refusal(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        watch(text)
    return caught.value


def test_a_watch_may_use_everything_at_once() -> None:
    assert watch(
        "type:classify model:qwen judge:llama dataset:file-1 events:completed,started failed "
        "notify:<@W1>,<!subteam^S1|@g>,<@W1> thread:on in:<#G1|secret>"
    ) == Watch(
        filter=JobFilter(
            type=EvaluationType.CLASSIFY, model="qwen", judge="llama", dataset="file-1"
        ),
        events=frozenset(Event),
        notify=("W1", "S1"),
        thread=True,
        channel="G1",
    )


def test_nothing_typed_is_nothing_chosen() -> None:
    assert watch("") == Watch(job=None, events=frozenset(), notify=(), thread=None, channel=None)


def test_every_way_to_name_events_gives_the_same_watch() -> None:
    for text in (
        "events:completed,failed",
        "events: completed, failed",
        "completed failed",
        "events=done events=error user_error",
        "--events success,failure",
    ):
        assert watch(text).events == {Event.COMPLETED, Event.ERROR, Event.USER_ERROR}


def test_people_are_named_by_mention_or_id() -> None:
    assert watch("notify:<@U1> notify:U2").notify == ("U1", "U2")
    for text in (
        "notify:@ann",
        "notify:<!here>",
        "notify:<!channel>",
        "notify:<#C1|x>",
        "notify:u1",
    ):
        assert "nobody whom I can mention" in refusal(text).problem


def test_a_channel_is_named_by_mention_or_id() -> None:
    assert watch("in:<#C1|general>").channel == watch("in: C1").channel == "C1"
    for text in ("in:#general", "in:<@U1>", "in:here"):
        assert "no channel" in refusal(text).problem


def test_one_job_is_followed_by_its_id_or_link() -> None:
    assert watch("eval-7df2 started").job == "eval-7df2"
    assert watch("https://api.together.ai/evaluations/result/abc").job == "abc"
    assert "takes no filters" in refusal("type:score eval-7df2").problem
    assert "only one job" in refusal("eval-1 eval-2").problem


def test_a_wrong_word_is_answered_with_the_words_of_a_watch() -> None:
    assert refusal("compleated").hint.suggestion == "completed"
    assert "running" not in refusal("compleated").hint.valid
    assert refusal("7df2").hint.suggestion == "eval-7df2"
    assert refusal("events:all").hint.valid[:3] == ("completed", "failed", "started")
    assert refusal("thread:yes").hint.valid == ("on", "off")
    assert refusal("notfy:<@U1>").hint.suggestion == "notify:…"
