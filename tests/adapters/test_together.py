"""The client against the local Together, over real sockets, through every fault."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.adapters.together import TogetherClient
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
from bot.sandbox.together import LocalTogether, World, believable_jobs
from tests.fakes import NOON, PatientClock

KEY = "made-up-key-of-ours"


@asynccontextmanager
async def asking(
    together: LocalTogether,
    *,
    clock: PatientClock | None = None,
    draw: Callable[[], float] = lambda: 0.5,
    **options: Any,
) -> AsyncIterator[TogetherClient]:
    client = TogetherClient(
        base_url=together.base_url,
        api_key=KEY,
        clock=clock or PatientClock(),
        draw=draw,
        **options,
    )
    yield client
    await client.aclose()


@pytest.fixture
async def together() -> AsyncIterator[LocalTogether]:
    world = World(believable_jobs(seed=1, now=NOON))
    async with LocalTogether(world, api_key=KEY) as running:
        yield running


async def failure_of(client: TogetherClient) -> TogetherError:
    with pytest.raises(TogetherError) as caught:
        await client.list_jobs(status=None, limit=None)
    return caught.value


async def test_a_list_and_one_of_its_jobs_come_over_the_wire(together: LocalTogether) -> None:
    async with asking(together) as client:
        listed = await client.list_jobs(status="completed", limit=3)
        assert len(listed.jobs) == 3
        assert await client.get_job(listed.jobs[0].id) == listed.jobs[0]
    first, second = together.requests
    assert (first.path, first.query) == ("/v1/evaluation", {"status": "completed", "limit": "3"})
    assert (second.path, second.query) == (f"/v1/evaluation/{listed.jobs[0].id}", {})


async def test_options_that_were_not_given_do_not_travel(together: LocalTogether) -> None:
    async with asking(together) as client:
        assert len((await client.list_jobs(status=None, limit=None)).jobs) == 10
    assert together.requests[0].query == {}


async def test_what_travels_is_a_get_with_the_key_and_without_compression(
    together: LocalTogether,
) -> None:
    async with asking(together) as client:
        await client.list_jobs(status=None, limit=None)
    request = together.requests[0]
    assert (request.method, request.authorized) == ("GET", True)
    assert request.headers["Accept-Encoding"] == "identity"
    assert request.headers["User-Agent"].startswith("evals-bot/")


async def test_a_job_that_is_not_there_is_not_found(together: LocalTogether) -> None:
    async with asking(together) as client:
        with pytest.raises(JobNotFound):
            await client.get_job("eval-nowhere")
    assert len(together.requests) == 1


async def test_an_id_that_may_not_stand_in_a_path_is_not_asked_for(
    together: LocalTogether,
) -> None:
    async with asking(together) as client:
        with pytest.raises(JobNotFound):
            await client.get_job("../files")
    assert together.requests == []


async def test_a_wrong_key_is_said_at_once(together: LocalTogether) -> None:
    together.faults.on("bad_key")
    async with asking(together) as client:
        error = await failure_of(client)
    assert isinstance(error, TogetherRefusedKey)
    assert len(together.requests) == 1


async def test_a_question_that_together_refuses_is_asked_once(together: LocalTogether) -> None:
    async with asking(together) as client:
        with pytest.raises(TogetherRefused) as caught:
            await client.list_jobs(status=None, limit=0)
    assert (caught.value.status, caught.value.detail) == (400, "limit must be at least 1")
    assert len(together.requests) == 1


@pytest.mark.parametrize("fault", ["refuse", "5xx", "429"])
async def test_passing_trouble_is_waited_out(together: LocalTogether, fault: Any) -> None:
    together.faults.on(fault, times=2)
    clock = PatientClock()
    async with asking(together, clock=clock) as client:
        listed = await client.list_jobs(status=None, limit=None)
    assert len(listed.jobs) == 10
    assert len(together.requests) == 3
    assert clock.slept == [0.25, 0.5]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("refuse", TogetherUnreachable), ("5xx", TogetherUnreachable), ("429", TogetherBusy)],
)
async def test_lasting_trouble_is_told_after_three_tries(
    together: LocalTogether, fault: Any, kind: type[TogetherError]
) -> None:
    together.faults.on(fault)
    async with asking(together) as client:
        error = await failure_of(client)
    assert isinstance(error, kind)
    assert len(together.requests) == 3


async def test_we_come_back_no_sooner_than_together_asks(together: LocalTogether) -> None:
    together.faults.on("429", times=1, retry_after="7")
    clock = PatientClock()
    async with asking(together, clock=clock) as client:
        await client.list_jobs(status=None, limit=None)
    assert clock.slept == [7.25]


async def test_a_wait_beyond_the_deadline_is_told_instead_of_waited(
    together: LocalTogether,
) -> None:
    together.faults.on("429", retry_after="60")
    clock = PatientClock()
    async with asking(together, clock=clock) as client:
        error = await failure_of(client)
    assert isinstance(error, TogetherBusy)
    assert error.retry_after_seconds == 60
    assert (clock.slept, len(together.requests)) == ([], 1)


@pytest.mark.parametrize("fault", ["timeout", "drip", "slow"])
async def test_no_answer_takes_longer_than_the_deadline(
    together: LocalTogether, fault: Any
) -> None:
    together.faults.on(fault)
    async with asking(together, deadline_seconds=0.1) as client:
        error = await failure_of(client)
        assert isinstance(error, TogetherUnreachable)
        assert error.status is None
        together.faults.off()
        assert (await client.list_jobs(status=None, limit=None)).jobs


async def test_a_slow_answer_is_waited_for(together: LocalTogether) -> None:
    together.faults.on("slow")
    async with asking(together) as client:
        question = asyncio.create_task(client.list_jobs(status=None, limit=None))
        await together.until_asked(1)
        assert not question.done()
        together.faults.release()
        assert (await question).jobs


@pytest.mark.parametrize("fault", ["html", "bad_json", "not_a_list", "bomb", "oversize"])
async def test_garbage_is_garbled_and_not_asked_for_again(
    together: LocalTogether, fault: Any
) -> None:
    together.faults.on(fault)
    async with asking(together) as client:
        assert isinstance(await failure_of(client), TogetherGarbled)
        assert len(together.requests) == 1
        together.faults.off()
        assert (await client.list_jobs(status=None, limit=None)).jobs


async def test_garbage_about_one_job_is_garbled_too(together: LocalTogether) -> None:
    together.faults.on("not_a_list")
    async with asking(together) as client:
        with pytest.raises(TogetherGarbled):
            await client.get_job("eval-1")


async def test_a_redirect_is_refused_and_the_key_stays_here(together: LocalTogether) -> None:
    together.faults.on("redirect")
    async with asking(together) as client:
        error = await failure_of(client)
    assert isinstance(error, TogetherRefused)
    assert [request.path for request in together.requests] == ["/v1/evaluation"]


@pytest.mark.parametrize(("fault", "listed"), [("shuffle", 10), ("cap", 5), ("empty", 0)])
async def test_a_list_may_be_short_or_in_any_order(
    together: LocalTogether, fault: Any, listed: int
) -> None:
    together.faults.on(fault)
    async with asking(together) as client:
        assert len((await client.list_jobs(status=None, limit=None)).jobs) == listed


async def test_jobs_that_run_again_have_no_results(together: LocalTogether) -> None:
    together.faults.on("regress")
    async with asking(together) as client:
        listed = await client.list_jobs(status="running", limit=100)
    assert len(listed.jobs) > 30
    assert all(job.results is None for job in listed.jobs)


async def test_a_job_that_left_the_list_is_found_by_its_id(together: LocalTogether) -> None:
    gone = together.world.jobs()[0]["workflow_id"]
    together.faults.on("vanish", ids=[gone])
    async with asking(together) as client:
        listed = await client.list_jobs(status=None, limit=100)
        assert gone not in {job.id for job in listed.jobs}
        assert (await client.get_job(gone)).id == gone


async def test_nobody_there_is_unreachable(together: LocalTogether) -> None:
    async with asking(together) as client:
        await client.list_jobs(status=None, limit=None)
        await together.stop()
        error = await failure_of(client)
    assert isinstance(error, TogetherUnreachable)
    assert error.__cause__ is not None


async def test_a_together_that_is_back_is_found_again(together: LocalTogether) -> None:
    async with asking(together) as client:
        await client.list_jobs(status=None, limit=None)
        await together.stop()
        await together.start()
        assert (await client.list_jobs(status=None, limit=None)).jobs


async def test_askers_who_leave_cost_nobody_else_a_connection(together: LocalTogether) -> None:
    """One client of httpx with ten connections for all of them does not survive this."""
    seeded = random.Random(3)
    loop = asyncio.get_running_loop()
    async with asking(together, deadline_seconds=2) as client:
        for _ in range(20):
            questions = [
                asyncio.create_task(client.list_jobs(status=None, limit=1)) for _ in range(60)
            ]
            for question in questions:
                loop.call_later(seeded.random() * 0.02, question.cancel)
            await asyncio.gather(*questions, return_exceptions=True)
        answers = await asyncio.gather(*(client.list_jobs(status=None, limit=1) for _ in range(25)))
    assert len(answers) == 25


async def test_the_key_is_in_no_error(together: LocalTogether) -> None:
    async with asking(together, deadline_seconds=0.1) as client:
        for fault in ("refuse", "timeout", "5xx", "bad_key", "html", "bomb", "redirect"):
            together.faults.on(fault)
            error: BaseException | None = await failure_of(client)
            while error is not None:
                assert KEY not in f"{error!s}{error!r}"
                error = error.__cause__ or error.__context__
            together.faults.off()


async def test_no_proxy_stands_before_what_leads_to_this_machine(
    together: LocalTogether, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with asking(together) as client:
        assert (await client.list_jobs(status=None, limit=None)).jobs


async def test_a_proxy_that_cannot_be_used_is_said_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "carrier-pigeon://user:password@proxy.example.com")
    with pytest.raises(SettingsError, match="ALL_PROXY") as caught:
        TogetherClient(base_url="https://api.together.ai/v1", api_key=KEY, clock=PatientClock())
    assert "password" not in str(caught.value)
