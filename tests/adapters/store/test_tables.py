"""What goes into a column comes out of it, or is refused."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from bot.adapters.store.tables import Moment, to_json
from tests.fakes import NOON
from tests.strategies import texts

SQLITE, POSTGRES = (make_url(url).get_dialect()() for url in ("sqlite://", "postgresql://"))


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("plain", "plain"),
        ("\0", "\ufffd"),
        ("\0\0a\0", "\ufffd\ufffda\ufffd"),
        ("\\u0000", "\\u0000"),
        ("\\\0", "\\\ufffd"),
        ("\\\\u0000\0", "\\\\u0000\ufffd"),
        ("\ud800x\udfff", "\ufffdx\ufffd"),
        ("\U0001f600", "\U0001f600"),
    ],
)
def test_only_what_no_database_holds_is_replaced(text: str, stored: str) -> None:
    assert json.loads(to_json({text: [text]})) == {stored: [stored]}


@given(text=texts())
@settings(max_examples=200, deadline=None)
def test_any_text_becomes_json_that_can_be_written(text: str) -> None:
    written = to_json([text])
    written.encode()
    [back] = json.loads(written)
    assert len(back) == len(text)
    assert "\0" not in back


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json(float("nan"))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        Moment().process_bind_param(NOON.replace(tzinfo=None), SQLITE)


@given(at=st.datetimes(timezones=st.just(timezone(timedelta(hours=5, minutes=30)))))
@settings(max_examples=50, deadline=None)
def test_a_time_of_any_zone_comes_back_in_utc(at: datetime) -> None:
    for dialect in (SQLITE, POSTGRES):
        try:
            stored = Moment().process_bind_param(at, dialect)
        except OverflowError:  # within hours of the year 1
            continue
        back = Moment().process_result_value(stored, dialect)
        assert back == at
        assert back is not None
        assert back.utcoffset() == timedelta(0)


def test_nothing_stays_nothing() -> None:
    assert Moment().process_bind_param(None, SQLITE) is None
    assert Moment().process_result_value(None, POSTGRES) is None
