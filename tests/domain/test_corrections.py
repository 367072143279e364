"""Wrong words are answered with the nearest right one."""

import pytest

from bot.domain.corrections import nearest
from bot.domain.errors import QueryError
from bot.domain.query import parse
from bot.domain.vocabulary import SORTS, STATUSES, TYPES


def refusal(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        # a misspelt value
        ("status:runing", "status:running"),
        ("status:user-error", "status:user_error"),
        ("type:clasify", "type:classify"),
        ("sort:newset", "sort:newest"),
        ("--status faild", "status:failed"),
        # a misspelt key, and both
        ("stauts:failed", "status:failed"),
        ("stauts:runing", "status:running"),
        ("modle:qwen", "model:qwen"),
        ('modle:"a, b"', 'model:"a, b"'),
        ("limt:5", "limit:5"),
        ("--limt 5", "limit:…"),
        # a value under another key, or under none that exists
        ("type:failed", "status:failed"),
        ("status:compare", "type:compare"),
        ("status:oldest", "sort:oldest"),
        ("type:faild", "status:failed"),
        ("status:7d", "since:7d"),
        ("status:20", "limit:20"),
        ("foo:failed", "status:failed"),
        ("job:eval-7df2", "eval-7df2"),
        # a bare word
        ("runing", "running"),
        ("faild", "failed"),
        ("pubilc", "public"),
        ("hlep", "help"),
        ("wacth failed", "watch"),
        ("classify", "type:classify"),
        ("duration", "sort:duration"),
        ("model qwen", "model:qwen"),
        ("modle qwen", "model:qwen"),
        ("7d", "since:7d"),
        ("2026-11-01", "since:2026-11-01"),
        ("7df2", "show 7df2"),
        ("failed 7df2", "eval-7df2"),
        ("show:7df2", "show 7df2"),
        ("public:yes", "public"),
        ("failed --help", "help"),
        ("--failed", "failed"),
        ("1751287840", "show 1751287840"),
    ],
)
def test_the_nearest_thing_that_works_is_suggested(text: str, suggestion: str) -> None:
    assert refusal(text).hint.suggestion == suggestion


@pytest.mark.parametrize("text", ["zzzz", "foo:bar", "status:zzzz", "--zzzz", "=", "--", "a" * 500])
def test_nothing_is_suggested_when_nothing_is_near(text: str) -> None:
    error = refusal(text)
    assert error.hint.suggestion is None
    assert error.hint.valid


@pytest.mark.parametrize(
    ("text", "title", "valid"),
    [
        ("status:runing", "Statuses", tuple(STATUSES)),
        ("type:x", "Types", tuple(TYPES)),
        ("sort:x", "Orders", tuple(SORTS)),
        ("runing", "Words", (*STATUSES, "public")),
    ],
)
def test_the_whole_valid_list_is_given(text: str, title: str, valid: tuple[str, ...]) -> None:
    hint = refusal(text).hint
    assert (hint.valid_title, hint.valid) == (title, valid)


def test_a_word_that_means_nothing_gets_every_word_that_could_stand_there() -> None:
    first, later = refusal("zzzz").hint.valid, refusal("failed zzzz").hint.valid
    assert set(first) >= {"failed", "public", "help", "show", "watch", "status:", "since:"}
    assert set(first) - set(later) >= {"help", "show", "watch"}
    assert "digest" not in first


def test_the_word_is_shown_as_it_was_typed() -> None:
    assert refusal("failed --status runing").word == "--status runing"
    assert refusal("STATUS=Runing").word == "STATUS=Runing"
    assert refusal("status: “runing”").word == "status: runing"
    assert "{word}" in refusal("status:{word}").problem


def test_a_suggestion_of_a_value_works_when_typed() -> None:
    for text in (
        "status:runing",
        "stauts:failed",
        "type:failed",
        "runing",
        "classify",
        "7d",
        "hlep",
    ):
        parse(refusal(text).hint.suggestion or "zzzz")


def test_nearest_folds_case_and_gives_up_on_long_words() -> None:
    assert nearest("RUNING", ["running", "pending"]) == "running"
    assert nearest("running" * 10, ["running"]) is None
