"""Words: what Slack, phones and people make of a text, undone."""

# ruff: noqa: RUF001 - phones make these dashes, quotes and digits of what is typed

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import QueryError
from bot.domain.words import MAX_CHARS, Word, job_id_in_link, split


def shown(text: str) -> list[str]:
    return [word.shown for word in split(text)]


def test_spaces_and_commas_separate_words() -> None:
    assert shown("a b,c , d\t\ne\N{NO-BREAK SPACE}f\N{IDEOGRAPHIC SPACE}g,,") == list("abcdefg")


def test_a_comma_without_a_space_joins_a_value_to_the_one_before() -> None:
    assert [word.joined for word in split("a,b, c ,d,e")] == [False, True, False, False, True]


def test_the_first_colon_or_equals_sign_ends_the_key() -> None:
    for text, key, value in (
        ("Status:error", "status", "error"),
        ("gate:pass>=85", "gate", "pass>=85"),
        ("a=b:c", "a", "b:c"),
        (":x", "", "x"),
        ("x:", "x", ""),
    ):
        assert split(text) == (Word(shown=text, key=key, value=value),)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("—status", "--status"),
        ("–status", "--status"),
        ("–n", "-n"),
        ("–n=5", "-n=5"),
        ("–n5", "-n5"),
        ("a–b—c", "a-b-c"),
        ("model:—x", "model:-x"),
        ("——status", "---status"),
    ],
)
def test_dashes_are_read_by_where_they_stand(text: str, meant: str) -> None:
    assert shown(text) == [meant]


@pytest.mark.parametrize(
    "text",
    ['m:"a, b"', "m:'a, b'", "m:“a, b”", "m:‘a, b’", "m:„a, b“", '"m:a, b"'],
)
def test_quotes_hold_a_value_together(text: str) -> None:
    assert split(text) == (Word(shown="m:a, b", key="m", value="a, b", quoted=True),)


def test_a_quote_inside_a_word_is_an_apostrophe() -> None:
    assert shown("m:o'neil 5\" it’s") == ["m:o'neil", '5"', "it's"]


def test_a_backslash_saves_quotes_inside_quotes_and_is_itself_elsewhere() -> None:
    assert shown(r'm:"a\"b\\c\d" m:a\b') == ['m:a"b\\c\\d', r"m:a\b"]


def test_a_quote_without_its_end_is_refused() -> None:
    for text in ('m:"a b', "'a", '"', 'm:"a\\"'):
        with pytest.raises(QueryError, match="does not close"):
            split(text)


def test_entities_are_unescaped_once_and_only_slacks_three() -> None:
    assert shown("&amp;lt;&lt;&gt;&copy;&notify &ampx") == ["&lt;<>&copy;&notify", "&ampx"]


def test_what_looks_like_a_token_after_unescaping_is_text() -> None:
    assert split("&lt;@U1&gt;") == (Word(shown="<@U1>", value="<@U1>"),)


def test_a_mention_is_a_word_of_its_own() -> None:
    assert split("notify:<@U1|ann><!subteam^S1|@oncall>, <#C1|> <!here>") == (
        Word(shown="notify:@ann", key="notify", value="U1", is_mention=True),
        Word(shown="@oncall", value="S1", is_mention=True, joined=True),
        Word(shown="#C1", value="C1", is_mention=True),
        Word(shown="@here", value="here", is_mention=True),
    )
    for text in ("x<@U1>", 'm:"<@U1>"', "a:b<@U1>", "<@U1>:x"):
        with pytest.raises(QueryError, match="a word of its own"):
            split(text.replace("<@U1>:x", '"<@U1>:x"'))


def test_a_link_is_what_was_typed_unless_it_leads_to_a_job() -> None:
    page = "https://api.together.ai/evaluations/result/eval-1"
    assert shown(f"<https://a.b|a.b> <https://a.b> <{page}|here> <tel:1|1>") == [
        "a.b",
        "https://a.b",
        page,
        "1",
    ]


def test_invisible_characters_that_came_along_are_dropped() -> None:
    assert shown("run\u200bning\ufeff \u2066eval-1\u2069") == ["running", "eval-1"]


def test_text_that_nobody_types_is_refused() -> None:
    for text in ("a" * (MAX_CHARS + 1), "\x00", "a\x1b[0m", "\ud800", "\udfff"):
        with pytest.raises(QueryError):
            split(text)
    assert len(split("a " * (MAX_CHARS // 2))) == MAX_CHARS // 2


def test_a_job_page_is_known_by_its_address_alone() -> None:
    assert job_id_in_link("API.Together.ai/evaluations/result/Eval-1#rows") == "Eval-1"
    for text in (
        "https://api.together.ai.example.org/evaluations/result/eval-1",
        "https://api.together.ai/evaluations/result/eval-1x/../y z"[:-2] + "ä",
        "https://example.org/?https://api.together.ai/evaluations/result/eval-1",
        "eval-1",
    ):
        assert job_id_in_link(text.replace("eval-1x/../y", "eval-1")) is None


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("ab:=,'\"\\ <>@#!|&;–—“’") | st.characters(), max_size=200))
def test_splitting_raises_nothing_but_a_query_error(text: str) -> None:
    try:
        words = split(text)
    except QueryError:
        return
    assert all(word.shown for word in words)
