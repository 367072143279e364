"""Spelling: what is written is read again as the same question, in whichever way it was typed."""

# ruff: noqa: RUF001 - phones make these dashes, quotes and digits of what is typed

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.commands import JobFilter, ListJobs, Sort
from bot.domain.errors import QueryError
from bot.domain.jobs import ACTIVE, FAILED, EvaluationType, Status
from bot.domain.query import parse
from bot.domain.spelling import quote, spell
from bot.domain.values import MAX_FILTER_CHARS, MAX_SPAN
from bot.domain.vocabulary import STATUSES
from tests.strategies import HOSTILE_TEXTS

# What ``parse`` takes away or refuses can be in no question that it gives.
_GONE = (
    "“”„‟‘’‚‛—–\u00ad\u200b\u200e\u200f\u2060\ufeff"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), exclude_characters=_GONE)
AWKWARD = st.sampled_from([*" ,:=\"'\\&<>@#!|;-/", "&amp;", "&lt;", "<@U1>", "<https://a.b>", "a"])
TEXTS = (
    st.lists(AWKWARD | LETTERS, min_size=1, max_size=20)
    .map("".join)
    .map(str.strip)
    .filter(lambda text: 0 < len(text) <= MAX_FILTER_CHARS)
)
BUTTON_VALUE_SHARE = 400
"""A button's value holds three such texts beside all else: 2,000 characters in all."""
SPANS = st.integers(1, MAX_SPAN // timedelta(minutes=1)).map(lambda n: timedelta(minutes=n))
QUERIES = st.builds(
    ListJobs,
    statuses=st.frozensets(st.sampled_from(Status)),
    limit=st.none() | st.integers(1, 100),
    filter=st.builds(
        JobFilter,
        type=st.none() | st.sampled_from(EvaluationType),
        model=st.none() | TEXTS,
        judge=st.none() | TEXTS,
        dataset=st.none() | TEXTS,
    ),
    since=st.none() | SPANS | st.sampled_from([timedelta(days=7), timedelta(hours=3)]) | st.dates(),
    sort=st.sampled_from(Sort),
    public=st.booleans(),
)


@pytest.mark.parametrize(
    ("query", "typed"),
    [
        (ListJobs(), ""),
        (ListJobs(statuses=FAILED, limit=5), "status:failed limit:5"),
        (ListJobs(statuses=ACTIVE), "status:active"),
        (ListJobs(statuses=frozenset({Status.ERROR})), "status:error"),
        (ListJobs(statuses=FAILED | {Status.COMPLETED}), "status:completed,failed"),
        (ListJobs(statuses=frozenset(Status)), "status:active,completed,failed"),
        (ListJobs(since=timedelta(days=7)), "since:7d"),
        (ListJobs(since=timedelta(hours=25)), "since:25h"),
        (ListJobs(since=timedelta(minutes=90)), "since:90m"),
        (ListJobs(since=date(2026, 11, 1), sort=Sort.PASS), "since:2026-11-01 sort:pass"),
        (ListJobs(public=True), "public"),
        (
            ListJobs(
                filter=JobFilter(
                    type=EvaluationType.SCORE, model="qwen", judge="a b", dataset='say "hi"'
                )
            ),
            'type:score model:qwen judge:"a b" dataset:"say \\"hi\\""',
        ),
    ],
)
def test_the_form_is_short_and_in_one_order(query: ListJobs, typed: str) -> None:
    assert spell(query) == typed
    assert parse(typed) == query


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("R&D", "R&D"),
        ("a<b", "a<b"),
        ("&amp;", "&amp;amp;"),
        ("<@U1>", "&lt;@U1>"),
        ("<https://a.b>", "&lt;https://a.b>"),
        ("C:\\data", "C:\\data"),
        ("C:\\my data", '"C:\\\\my data"'),
        ("it's", '"it\'s"'),
        ("a,b", '"a,b"'),
    ],
)
def test_only_what_needs_it_is_escaped(text: str, typed: str) -> None:
    assert quote(text) == typed
    assert parse(f"model:{typed}") == ListJobs(filter=JobFilter(model=text))


@settings(max_examples=200, deadline=None)
@given(QUERIES)
def test_what_is_spelt_is_read_again_as_the_same(query: ListJobs) -> None:
    assert parse(spell(query)) == query


@settings(max_examples=200, deadline=None)
@given(QUERIES, st.randoms(use_true_random=False))
def test_every_spelling_of_a_question_is_read_as_the_same(
    query: ListJobs, chance: random.Random
) -> None:
    assert parse(some_spelling(query, chance)) == query


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(HOSTILE_TEXTS) | st.text(max_size=60))
def test_whatever_was_typed_is_spelt_once_and_for_all(text: str) -> None:
    try:
        query = parse(f"model:{some_quotes(text, random.Random(0))}")
    except QueryError:
        return
    assert isinstance(query, ListJobs)
    typed = spell(query)
    again = parse(typed)
    assert again == query
    assert isinstance(again, ListJobs)
    assert spell(again) == typed
    assert len(typed) <= BUTTON_VALUE_SHARE


def some_spelling(query: ListJobs, chance: random.Random) -> str:
    """One of the many ways to type a question."""
    wanted = query.filter
    pairs = [
        ("limit", None if query.limit is None else str(query.limit)),
        ("type", wanted.type),
        ("model", wanted.model and some_quotes(wanted.model, chance)),
        ("judge", wanted.judge and some_quotes(wanted.judge, chance)),
        ("dataset", wanted.dataset and some_quotes(wanted.dataset, chance)),
        ("since", some_since(query.since, chance)),
        ("sort", query.sort),
    ]
    parts = [some_option(key, value, chance) for key, value in pairs if value]
    parts += some_statuses(query.statuses, chance)
    parts += [chance.choice(["public", "--public", "PUBLIC"])] if query.public else []
    chance.shuffle(parts)
    return chance.choice([" ", "  ", "\N{NO-BREAK SPACE}", " , ", ", ", "\n"]).join(parts)


def some_option(key: str, value: str, chance: random.Random) -> str:
    key = chance.choice([key, key.upper(), key.title()])
    forms = [f"{key}:{value}", f"{key}={value}", f"{key}: {value}"]
    forms += [f"{dash}{key}{gap}{value}" for dash in ("--", "—", "–") for gap in ("=", ":", " ")]
    if key.casefold() == "limit":
        forms += [value, f"{key} {value}", f"-n {value}", f"-n{value}", f"–n={value}"]
    return chance.choice(forms)


def some_statuses(statuses: frozenset[Status], chance: random.Random) -> list[str]:
    words: list[str] = []
    missing = set(statuses)
    while missing:
        fitting = [word for word, group in STATUSES.items() if group and group <= statuses]
        word = chance.choice([word for word in fitting if STATUSES[word] & missing])
        missing -= STATUSES[word]
        words.append(chance.choice([word, word.upper()]))
    match chance.randrange(4):
        case 0:
            return words
        case 1:
            return [",".join(words)] if words else []
        case 2:
            return [some_option("status", ",".join(words), chance)] if words else []
        case _:
            return [some_option("status", word, chance) for word in words]


def some_quotes(text: str, chance: random.Random) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("\\", "\\\\")
    opening, closing = chance.choice([('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’"), ("„", "“")])
    plain = '"' if opening in '"“„' else "'"
    return opening + escaped.replace(plain, f"\\{plain}") + closing


def some_since(since: timedelta | date | None, chance: random.Random) -> str | None:
    if since is None:
        return None
    if isinstance(since, date):
        return since.isoformat()
    units = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1)}
    units["m"] = timedelta(minutes=1)
    letter = chance.choice([letter for letter, unit in units.items() if not since % unit])
    return f"{since // units[letter]}{chance.choice([letter, letter.upper()])}"
