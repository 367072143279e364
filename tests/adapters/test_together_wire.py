"""Together's protocol as (status, headers, body), without a socket."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.together_wire import BODY_BYTES, Reply, TogetherWire, retry_after_seconds
from bot.domain.errors import (
    JobNotFound,
    SettingsError,
    TogetherBusy,
    TogetherError,
    TogetherGarbled,
    TogetherRefused,
    TogetherRefusedKey,
    TogetherUnreachable,
)

KEY = "made-up-key-of-ours"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WIRE = TogetherWire(base_url="https://api.together.ai/v1", api_key=KEY)


def reply(status: int, body: bytes | Any = b"", headers: Mapping[str, str] | None = None) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status=status, headers=headers or {}, body=raw)


def complaint(message: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error"}}


def failure(answer: Reply) -> TogetherError:
    with pytest.raises(TogetherError) as caught:
        WIRE.jobs_in(answer, now=NOW)
    return caught.value


@pytest.mark.parametrize(
    ("status", "limit", "url"),
    [
        (None, None, "https://api.together.ai/v1/evaluation"),
        ("completed", None, "https://api.together.ai/v1/evaluation?status=completed"),
        (None, 5, "https://api.together.ai/v1/evaluation?limit=5"),
        ("error", 100, "https://api.together.ai/v1/evaluation?status=error&limit=100"),
        ("a&limit=1", None, "https://api.together.ai/v1/evaluation?status=a%26limit%3D1"),
    ],
)
def test_a_list_is_asked_for_with_the_options_that_were_given(
    status: str | None, limit: int | None, url: str
) -> None:
    assert WIRE.list_url(status=status, limit=limit) == url


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9/x/v7", "http://127.0.0.1:9/x/v7/"])
def test_the_base_url_is_used_as_it_is(base_url: str) -> None:
    wire = TogetherWire(base_url=base_url, api_key=KEY)
    assert wire.job_url("eval-1") == "http://127.0.0.1:9/x/v7/evaluation/eval-1"


@pytest.mark.parametrize("job_id", ["", "..", "a/b", "a?b", "a b", "é", "x" * 129, "eval-1\n"])
def test_an_id_that_may_not_stand_in_a_path_is_no_job(job_id: str) -> None:
    with pytest.raises(JobNotFound) as caught:
        WIRE.job_url(job_id)
    assert caught.value.job_id == job_id


def test_the_key_goes_into_one_header_and_into_no_repr() -> None:
    assert WIRE.headers["Authorization"] == f"Bearer {KEY}"
    assert WIRE.headers["Accept-Encoding"] == "identity"
    assert WIRE.headers["User-Agent"].startswith("evals-bot/")
    assert KEY not in repr(WIRE)


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "clé"])
def test_a_key_that_cannot_go_into_a_header_is_named_and_not_shown(key: str) -> None:
    with pytest.raises(SettingsError, match="TOGETHER_API_KEY") as caught:
        TogetherWire(base_url="https://api.together.ai/v1", api_key=key)
    assert not key or key not in str(caught.value)


def test_an_empty_list_is_an_answer() -> None:
    assert WIRE.jobs_in(reply(200, []), now=NOW).jobs == ()


def test_one_job_is_an_answer() -> None:
    answer = reply(200, {"workflow_id": "eval-1"})
    assert WIRE.job_in(answer, job_id="eval-1", now=NOW).id == "eval-1"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, TogetherRefused),
        (302, TogetherRefused),
        (304, TogetherRefused),
        (400, TogetherRefused),
        (401, TogetherRefusedKey),
        (402, TogetherRefused),
        (403, TogetherRefusedKey),
        (404, TogetherRefused),
        (408, TogetherUnreachable),
        (422, TogetherRefused),
        (429, TogetherBusy),
        (500, TogetherUnreachable),
        (503, TogetherUnreachable),
        (524, TogetherUnreachable),
    ],
)
def test_each_refusal_is_an_error_of_its_own(status: int, kind: type[TogetherError]) -> None:
    error = failure(reply(status, complaint("limit must be a number")))
    assert (type(error), error.status, error.detail) == (kind, status, "limit must be a number")


@pytest.mark.parametrize("status", [*range(100, 200), *range(300, 600)])
def test_no_status_but_success_is_ever_taken_for_an_answer(status: int) -> None:
    assert failure(reply(status, [])).status == status


def test_404_for_one_job_means_that_there_is_none() -> None:
    with pytest.raises(JobNotFound) as caught:
        WIRE.job_in(reply(404, complaint("nothing here")), job_id="eval-1", now=NOW)
    assert (caught.value.job_id, caught.value.detail) == ("eval-1", "nothing here")


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, b"<!doctype html>"),
        reply(200, b""),
        reply(204, b""),
        reply(200, {"data": []}),
        reply(200, b'[{"workflow_id": "eval-1"'),
        reply(200, b"[]", {"content-encoding": "gzip"}),
        reply(200, b"[" + b" " * BODY_BYTES + b"]"),
    ],
)
def test_what_breaks_the_contract_is_garbled(answer: Reply) -> None:
    assert isinstance(failure(answer), TogetherGarbled)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (complaint("no such status"), "no such status"),
        ({"error": "no such status"}, "no such status"),
        (complaint("  spread \n\t over lines "), "spread over lines"),
        (complaint(None), ""),
        (complaint({"deep": 1}), ""),
        ({"error": None}, ""),
        ({"message": "elsewhere"}, ""),
        ([1], ""),
        (b"<html>502 Bad Gateway</html>", ""),
        (b"", ""),
        (b"\xff\xfe", ""),
        (b'{"error": "' + b"x" * 70_000 + b'"}', ""),
    ],
)
def test_the_detail_is_what_together_says_in_its_own_words(body: Any, detail: str) -> None:
    assert failure(reply(400, body)).detail == detail


def test_a_long_detail_is_cut_where_people_see_it() -> None:
    detail = failure(reply(400, complaint("word " * 1000))).detail
    assert len(detail) == 300
    assert detail.endswith("…")


def test_a_compressed_refusal_is_still_that_refusal() -> None:
    answer = reply(503, b"\x1f\x8b", {"content-encoding": "gzip"})
    assert isinstance(failure(answer), TogetherUnreachable)


def test_a_key_that_together_repeats_is_cut_out() -> None:
    error = failure(reply(401, complaint(f"Invalid API key provided: {KEY}.")))
    assert error.detail == "Invalid API key provided: [key]."
    assert KEY not in str(error)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (" 12 ", 12.0),
        ("1.5", 1.5),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30.0),
        ("Tuesday, 24-Nov-26 12:00:30 GMT", 30.0),
        ("Tue Nov 24 12:00:30 2026", 30.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("86401", None),
        ("Fri, 24 Nov 2090 12:00:00 GMT", None),
        ("-1", None),
        ("nan", None),
        ("1e9", None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header: str, seconds: float | None) -> None:
    answer = reply(429, b"", {"retry-after": header})
    assert retry_after_seconds(answer, now=NOW) == seconds
    error = failure(answer)
    assert isinstance(error, TogetherBusy)
    assert error.retry_after_seconds == seconds


@given(st.text())
def test_whatever_retry_after_says_it_is_sensible_or_nothing(header: str) -> None:
    seconds = retry_after_seconds(reply(429, b"", {"retry-after": header}), now=NOW)
    assert seconds is None or 0 <= seconds <= 86_400


@settings(max_examples=150)
@given(
    status=st.integers(200, 599),
    body=st.binary(max_size=200)
    | st.text(max_size=50).map(lambda text: json.dumps(complaint(KEY + text)).encode()),
    encoding=st.sampled_from(["", "identity", "gzip"]),
)
def test_whatever_else_comes_is_an_error_of_ours_without_the_key(
    status: int, body: bytes, encoding: str
) -> None:
    answer = reply(status, body, {"content-encoding": encoding})
    if 200 <= status < 300 and body == b"[]":
        return
    error = failure(answer)
    assert KEY not in str(error) + error.detail
    assert len(error.detail) <= 300
