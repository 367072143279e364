"""Foreign text comes out safe, bounded, and as it was wherever that does no harm."""

import html

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.foreign import bare, clean, code, escape, foreign, plain, quoted
from tests.strategies import texts

SOME = settings(max_examples=150, deadline=None)
LENGTHS = st.integers(3, 200)


def beginnings(text: str) -> set[str]:
    """Every beginning of a text that ends between two graphemes."""
    ends = [0, *(found.end() for found in regex.finditer(r"\X", text))]
    return {text[:end] for end in ends}


@pytest.mark.parametrize(
    "name",
    [
        "eval-7df2-1751287840",
        "meta-llama/Llama-3.3-70B-Instruct-Turbo",
        "snake_case_name",
        "a - b, c (d)",
        'dataset column "answer" is missing',
        "Qwen/Qwen3.5-9B:free",
        "Grüße 你好 ❤️",
        "@channel",
    ],
)
def test_what_does_no_harm_stays_as_it_was(name: str) -> None:
    assert foreign(name, chars=60) == name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a*b*", "`a*b*`"),
        ("~x", "`~x`"),
        ("_private", "`_private`"),
        ("__init__.py", "`__init__.py`"),
        (":rotating_light:", "`:rotating_light:`"),
        ("> quoted", "`&gt; quoted`"),
        ("say `hi`", "`say 'hi'`"),
    ],
)
def test_what_slack_would_format_is_shown_as_code_and_copies_as_it_was(
    text: str, shown: str
) -> None:
    assert foreign(text, chars=60) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U1>", "&lt;@U1&gt;"),
        ("<https://x|y>", "&lt;https://x|y&gt;"),
        ("&amp;", "&amp;amp;"),
    ],
)
def test_no_token_of_slacks_survives(text: str, shown: str) -> None:
    assert foreign(text, chars=60) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\ntwo\x00three", "one two three"),
        ("\u202egnp.exe", "gnp.exe"),
        ("zero\u200bwidth", "zerowidth"),
        ("\u3164\u2800", ""),
        ("\ud800", "\ufffd"),
        ("\ufffe", "\ufffd"),
        ("  two   spaces ", "two spaces"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
    ],
)
def test_what_is_read_is_what_is_there(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_text_beyond_all_measure_is_cut_before_it_is_read() -> None:
    assert clean("x" * 10_000_000) == "x" * 8192 + "…"


def test_a_cut_shows_and_spares_entities_and_graphemes() -> None:
    assert foreign("&&&&", chars=12) == "&amp;&amp;…"
    assert plain("abcde\u0301f", chars=6) == "abcd…"
    assert plain("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7!", chars=4) == "\U0001f1e9\U0001f1ea…"


def test_a_code_span_needs_no_quotation_marks() -> None:
    assert quoted("status:runing", chars=60) == "“status:runing”"
    assert quoted("*", chars=60) == "`*`"


@SOME
@given(text=texts(), chars=LENGTHS)
def test_foreign_text_is_the_whole_or_a_beginning_of_it(text: str, chars: int) -> None:
    shown = foreign(text, chars=chars)
    assert len(shown) <= chars
    inner, whole = shown, clean(text)
    if shown.startswith("`"):
        inner, whole = shown[1:-1], whole.replace("`", "'")
    told = html.unescape(inner) if inner else ""
    assert escape(told) == inner
    assert told == whole or (told.endswith("…") and told[:-1] in beginnings(whole))


@SOME
@given(text=texts(), chars=LENGTHS)
def test_plain_text_is_bounded_by_what_slack_counts(text: str, chars: int) -> None:
    shown = plain(text, chars=chars)
    assert len(escape(shown)) <= chars
    assert shown == clean(text) or shown[:-1] in beginnings(clean(text))


@SOME
@given(text=texts(), chars=LENGTHS)
def test_a_code_span_is_never_left_early(text: str, chars: int) -> None:
    shown = code(text, chars=chars)
    assert len(shown) <= chars
    assert shown.count("`") == (2 if shown else 0)
    assert "\n" not in shown


@SOME
@given(text=texts())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@SOME
@given(text=texts())
def test_a_text_made_bare_is_what_people_would_have_read(text: str) -> None:
    assert bare(foreign(text, chars=40_000)) == clean(text).replace("`", "'")
