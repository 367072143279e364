"""Values: limits, spans, days and texts, with their bounds."""

# ruff: noqa: RUF001 - phones make these dashes, quotes and digits of what is typed

from datetime import date, timedelta

import pytest

from bot.domain.commands import JobFilter, ListJobs, Mute
from bot.domain.errors import QueryError
from bot.domain.query import parse


def refusal(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize("limit", [1, 10, 99, 100])
def test_a_limit_goes_from_1_to_100(limit: int) -> None:
    assert parse(f"limit:{limit}") == parse(f"{limit}") == ListJobs(limit=limit)


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("limit:0", "limit:1"),
        ("0", "limit:1"),
        ("-5", "limit:1"),
        ("limit:-5", "limit:1"),
        ("limit:101", "limit:100"),
        ("limit:" + "9" * 1900, "limit:100"),
        ("limit:ten", None),
        ("limit:5.5", None),
        ("limit:all", None),
        ("limit:５", None),
    ],
)
def test_any_other_limit_is_told_the_bounds(text: str, suggestion: str | None) -> None:
    error = refusal(text)
    assert "from 1 to 100" in error.problem
    assert error.hint.suggestion == suggestion


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("since:7", "since:7d"),
        ("since:7days", "since:7d"),
        ("since:'90 min'", "since:90m"),
        ("since:3hrs", "since:3h"),
        ("since:1month", None),
        ("since:yesterday", None),
        ("since:2026-11", None),
        ("since:-7d", None),
        ("mute 2", "mute 2h"),
        ("mute 2hours", "mute 2h"),
        ("mute long", None),
    ],
)
def test_a_span_that_cannot_be_read_gets_examples(text: str, suggestion: str | None) -> None:
    error = refusal(text)
    assert error.hint.suggestion == suggestion
    assert error.hint.valid[:4] == ("90m", "24h", "7d", "2w")


def test_a_span_has_bounds() -> None:
    assert parse("since:3650d") == ListJobs(since=timedelta(days=3650))
    assert parse("mute 1m") == Mute(duration=timedelta(minutes=1))
    for text in ("since:0d", "since:3651d", "since:9999999w", "mute 0h"):
        assert "goes from 1m to 3650d" in refusal(text).problem


def test_a_day_must_exist() -> None:
    assert parse("since:2026-2-3") == ListJobs(since=date(2026, 2, 3))
    for text in ("since:2026-02-30", "since:2026-13-01", "since:0000-01-01"):
        assert "no such day" in refusal(text).problem


def test_a_filter_text_has_at_most_100_characters() -> None:
    assert parse("model:" + "ä" * 100) == ListJobs(filter=JobFilter(model="ä" * 100))
    for key in ("model", "judge", "dataset"):
        assert "100 characters" in refusal(f"{key}:" + "a" * 101).problem


def test_spaces_round_a_filter_text_mean_nothing() -> None:
    assert parse('model:" a  b "') == ListJobs(filter=JobFilter(model="a  b"))
