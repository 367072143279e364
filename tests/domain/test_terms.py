"""Terms: one meaning, whichever way it was spelt."""

# ruff: noqa: RUF001 - phones make these dashes, quotes and digits of what is typed

import pytest

from bot.domain.errors import QueryError
from bot.domain.terms import read_terms
from bot.domain.vocabulary import LISTING, TYPES, WATCHING, Lexicon
from bot.domain.words import split


def pairs(text: str, lexicon: Lexicon = LISTING) -> list[tuple[str, str]]:
    return [(term.key, term.value) for term in read_terms(split(text), lexicon, first=True)]


@pytest.mark.parametrize(
    "text",
    [
        "status:error limit:5",
        "status=error limit=5",
        "--status error --limit 5",
        "--status=error -n 5",
        "--status:error -n=5",
        "-status error -n5",
        "status error limit 5",
        "status: error limit: 5",
        "error 5",
        "error,5",
        "status:error,limit:5",
        '"status:error" "5"',
        "—status error –n 5",
    ],
)
def test_every_spelling_gives_the_same_terms(text: str) -> None:
    assert pairs(text) == [("status", "error"), ("limit", "5")]


def test_values_with_commas_belong_to_the_key_before() -> None:
    assert pairs("status:error,running model:a,public") == [
        ("status", "error"),
        ("status", "running"),
        ("model", "a"),
        ("model", "public"),
    ]
    assert pairs("--status error,running, public") == [
        ("status", "error"),
        ("status", "running"),
        ("public", "public"),
    ]


def test_a_key_takes_the_next_word_whatever_that_is() -> None:
    assert pairs('model: failed judge: a:b dataset: "--x" --limit -5') == [
        ("model", "failed"),
        ("judge", "a:b"),
        ("dataset", "--x"),
        ("limit", "-5"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "status:",
        "failed limit",
        "model:''",
        'model:"" a',
        "model: ' '",
        "--status",
        "-n --sort pass",
    ],
)
def test_a_key_without_a_value_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match="needs a value"):
        pairs(text)


def test_a_key_without_a_value_is_told_the_valid_words() -> None:
    with pytest.raises(QueryError) as caught:
        pairs("type:")
    assert (caught.value.hint.valid_title, caught.value.hint.valid) == ("Types", tuple(TYPES))


def test_a_value_is_not_taken_from_the_next_option() -> None:
    for text in ("status: limit:5", "status limit:5", "type= --sort pass", "model: notify:x"):
        with pytest.raises(QueryError, match="needs a value"):
            pairs(text)


def test_mentions_may_follow_notify_after_a_space_or_a_comma() -> None:
    people = [("notify", "U1"), ("notify", "U2"), ("notify", "S1")]
    for text in (
        "notify:<@U1>,<@U2>,<!subteam^S1|@g>",
        "notify: <@U1>, <@U2> <!subteam^S1|@g>",
        "notify <@U1>".replace("notify ", "--notify ") + " <@U2> , <!subteam^S1>",
    ):
        assert pairs(text, WATCHING) == people


def test_a_mention_after_anything_else_is_lost() -> None:
    for text in ("<@U1>", "notify:<@U1> failed <@U2>", "type:score <#C1|x>"):
        with pytest.raises(QueryError, match="has no place here") as caught:
            pairs(text, WATCHING)
        assert caught.value.hint.suggestion
    with pytest.raises(QueryError, match="takes no mention"):
        pairs("model:<@U1>", WATCHING)


def test_keys_of_a_watch_are_refused_in_a_list() -> None:
    for text in ("notify:<@U1>", "events:completed", "thread:on", "--in x"):
        with pytest.raises(QueryError, match="goes with `watch` alone"):
            pairs(text)
    for lexicon in (LISTING, WATCHING):
        with pytest.raises(QueryError, match="later version"):
            pairs("gate:pass&gt;=85", lexicon)
