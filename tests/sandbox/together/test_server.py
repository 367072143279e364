"""The local Together as a stranger's client meets it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.together import (
    FAULTS,
    LocalTogether,
    World,
    believable_jobs,
    classify_job,
    classify_results,
)
from tests.fakes import NOON

KEY = "made-up-key"


@pytest.fixture
async def together() -> AsyncIterator[LocalTogether]:
    world = World(believable_jobs(seed=1, now=NOON, count=150))
    async with LocalTogether(world, api_key=KEY) as running:
        yield running


@pytest.fixture
async def client(together: LocalTogether) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(
        f"{together.base_url}/", headers={"Authorization": f"Bearer {KEY}"}
    ) as session:
        yield session


async def get(client: aiohttp.ClientSession, path: str, **options: Any) -> tuple[int, Any]:
    async with client.get(path, allow_redirects=False, **options) as response:
        body = await response.read()
        return response.status, json.loads(body) if body[:1] in b"[{" else body.decode()


async def ids(client: aiohttp.ClientSession, path: str = "evaluation") -> list[str]:
    status, rows = await get(client, path)
    assert status == 200
    return [row["workflow_id"] for row in rows]


@pytest.mark.parametrize(
    ("query", "count"), [("", 10), ("?limit=3", 3), ("?limit=100", 100), ("?limit=999", 100)]
)
async def test_a_list_holds_ten_jobs_or_as_many_as_asked_up_to_a_hundred(
    client: aiohttp.ClientSession, query: str, count: int
) -> None:
    assert len(await ids(client, f"evaluation{query}")) == count


async def test_a_status_narrows_the_list(client: aiohttp.ClientSession) -> None:
    _, rows = await get(client, "evaluation?status=user_error&limit=100")
    assert {row["status"] for row in rows} == {"user_error"}


@pytest.mark.parametrize("limit", ["0", "-1", "ten", "1.5", "", "1_0", "٣", "9" * 5000])
async def test_a_limit_that_is_no_whole_number_from_one_is_refused(
    client: aiohttp.ClientSession, limit: str
) -> None:
    status, body = await get(client, "evaluation", params={"limit": limit})
    assert (status, body["error"]["param"]) == (400, "limit")


@pytest.mark.parametrize("header", ["", "Bearer wrong", KEY, f"bearer {KEY}"])
async def test_another_key_is_refused(client: aiohttp.ClientSession, header: str) -> None:
    status, body = await get(client, "evaluation", headers={"Authorization": header})
    assert status == 401
    assert set(body["error"]) == {"message", "type", "param", "code"}


async def test_one_job_is_told_whole_and_in_short(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    job = together.world.jobs()[7]
    assert await get(client, f"evaluation/{job['workflow_id']}") == (200, job)
    assert await get(client, f"evaluation/{job['workflow_id']}/status") == (
        200,
        {"status": job["status"], "results": job["results"]},
    )


@pytest.mark.parametrize(
    "path", ["evaluation/nope", "evaluation/nope/status", "files/nope/content", "elsewhere"]
)
async def test_what_is_not_there_is_404_with_an_error_object(
    client: aiohttp.ClientSession, path: str
) -> None:
    status, body = await get(client, path)
    assert (status, body["error"]["type"]) == (404, "not_found_error")


async def test_a_result_file_has_a_row_a_line(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    job = classify_job(
        workflow_id="eval-file", results=classify_results(label_counts={"yes": 3, "no": 1})
    )
    together.world = World([job])
    async with client.get("files/file-1234-aefd/content") as response:
        rows = [json.loads(line) for line in (await response.text()).splitlines()]
    assert sorted(row["label"] for row in rows) == ["no", "yes", "yes", "yes"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
async def test_nothing_but_get_is_served(client: aiohttp.ClientSession, method: str) -> None:
    async with client.request(method, "evaluation") as response:
        assert response.status == 405


async def test_requests_are_written_down_without_the_key(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    await get(client, "evaluation?status=error&limit=2")
    await get(client, "evaluation", headers={"Authorization": "Bearer wrong"})
    first, second = together.requests
    assert (first.method, first.path, first.query) == (
        "GET",
        "/v1/evaluation",
        {"status": "error", "limit": "2"},
    )
    assert (first.authorized, second.authorized) == (True, False)
    assert KEY not in repr(together.requests)


async def test_the_order_has_no_meaning_and_does_not_change(
    client: aiohttp.ClientSession,
) -> None:
    listed = await ids(client)
    assert await ids(client) == listed
    _, rows = await get(client, "evaluation")
    times = [row["created_at"] for row in rows]
    assert times != sorted(times, reverse=True)


async def test_a_fault_is_met_as_often_as_was_said(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    together.faults.on("5xx", times=2, status=502, retry_after="3")
    answers = [await get(client, "evaluation") for _ in range(3)]
    assert [status for status, _ in answers] == [502, 502, 200]


async def test_a_fault_lasts_until_it_is_switched_off(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    together.faults.on("empty")
    together.faults.on("html")
    assert (await get(client, "evaluation"))[1].startswith("<!doctype")
    together.faults.off("html")
    assert await ids(client) == []
    together.faults.off()
    assert len(await ids(client)) == 10


def test_a_fault_without_a_name_cannot_be_switched_on(together: LocalTogether) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        together.faults.on("thunder")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("429", 429),
        ("5xx", 503),
        ("bad_key", 401),
        ("html", 200),
        ("bad_json", 200),
        ("not_a_list", 200),
        ("oversize", 200),
        ("bomb", 200),
        ("redirect", 302),
    ],
)
async def test_each_stand_in_has_its_status(
    together: LocalTogether, client: aiohttp.ClientSession, fault: Any, seen: int
) -> None:
    together.faults.on(fault)
    async with client.get("evaluation", allow_redirects=False) as response:
        assert response.status == seen


async def test_retry_after_stands_in_the_header(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    together.faults.on("429", retry_after="7")
    async with client.get("evaluation") as response:
        assert response.headers["Retry-After"] == "7"


async def test_a_bomb_is_small_on_the_wire_and_large_inside(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    together.faults.on("bomb")
    async with client.get("evaluation") as response:
        assert int(response.headers["Content-Length"]) < 200_000
        assert len(await response.read()) > 15_000_000


async def test_not_a_list_is_the_wrong_shape_for_either_question(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    together.faults.on("not_a_list")
    assert await get(client, "evaluation") == (200, {"data": []})
    assert await get(client, "evaluation/eval-1") == (200, [])


async def test_a_refused_connection_has_no_answer(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    together.faults.on("refuse")
    with pytest.raises(aiohttp.ClientConnectionError):
        await get(client, "evaluation")


@pytest.mark.parametrize("fault", ["timeout", "drip"])
async def test_an_answer_that_never_ends_ends_with_the_server(
    together: LocalTogether, client: aiohttp.ClientSession, fault: Any
) -> None:
    together.faults.on(fault)
    question = asyncio.create_task(get(client, "evaluation"))
    await together.until_asked(1)
    await together.stop()
    with pytest.raises(aiohttp.ClientError):
        await question


async def test_a_slow_answer_comes_when_it_is_released(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    together.faults.on("slow")
    question = asyncio.create_task(get(client, "evaluation"))
    await together.until_asked(1)
    assert not question.done()
    together.faults.release()
    assert (await question)[0] == 200
    assert (await get(client, "evaluation"))[0] == 200


async def test_a_slow_answer_takes_its_time(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    together.faults.on("slow", seconds=0.01)
    assert (await get(client, "evaluation"))[0] == 200


async def test_a_shuffled_list_holds_the_same_jobs(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    usual = await ids(client, "evaluation?limit=100")
    together.faults.on("shuffle")
    shuffled = await ids(client, "evaluation?limit=100")
    assert shuffled != usual
    assert sorted(shuffled) == sorted(usual)


async def test_a_capped_list_is_shorter_than_asked(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    together.faults.on("cap", rows=4)
    assert len(await ids(client, "evaluation?limit=100")) == 4


async def test_an_empty_together_knows_no_job_by_its_id(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    known = (await ids(client))[0]
    together.faults.on("empty")
    assert (await get(client, f"evaluation/{known}"))[0] == 404


async def test_an_ended_job_may_run_again(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    _, rows = await get(client, "evaluation?status=completed&limit=2")
    one, other = (row["workflow_id"] for row in rows)
    together.faults.on("regress", ids=[one])
    assert (await get(client, f"evaluation/{one}"))[1]["status"] == "running"
    assert (await get(client, f"evaluation/{other}"))[1]["status"] == "completed"
    assert one in await ids(client, "evaluation?status=running&limit=100")


async def test_jobs_may_vanish_from_the_list_alone(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    gone = (await ids(client))[0]
    together.faults.on("vanish", ids=[gone])
    assert gone not in await ids(client, "evaluation?limit=100")
    assert (await get(client, f"evaluation/{gone}"))[0] == 200
    together.faults.on("vanish")
    assert len(await ids(client, "evaluation?limit=100")) == 75


async def test_a_restart_keeps_the_address(
    together: LocalTogether, client: aiohttp.ClientSession
) -> None:
    address = together.base_url
    await together.stop()
    await together.start()
    assert together.base_url == address
    assert (await get(client, "evaluation"))[0] == 200


def test_every_fault_that_the_plan_names_is_there() -> None:
    assert {
        "refuse",
        "timeout",
        "drip",
        "429",
        "5xx",
        "html",
        "bad_json",
        "shuffle",
        "cap",
        "empty",
        "bomb",
        "regress",
        "vanish",
    } <= set(FAULTS)
