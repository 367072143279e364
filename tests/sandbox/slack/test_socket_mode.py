"""Socket Mode by hand: tickets, hello, envelopes, acknowledgements and what breaks."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.socket_mode import MAX_SOCKETS

Socket = aiohttp.ClientWebSocketResponse


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def connect(slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession) -> Socket:
    url = (await client.apps_connections_open(app_token=slack.app.app_token))["url"]
    socket = await http.ws_connect(url, autoping=False)
    assert (await read(socket))["type"] in {"hello", "disconnect"}
    return socket


async def read(socket: Socket) -> Any:
    """The next JSON frame."""
    while True:
        frame = await socket.receive(timeout=5)
        if frame.type is aiohttp.WSMsgType.TEXT:
            return json.loads(frame.data)
        assert frame.type in {aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG}


async def test_a_ticket_opens_one_socket(
    slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    url = (await client.apps_connections_open(app_token=slack.app.app_token))["url"]
    socket = await http.ws_connect(url)
    hello = await read(socket)
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["debug_info"]["approximate_connection_time"] == 3600
    for used in (url, url.replace("ticket-", "made-up-")):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(used)
    await socket.close()


async def test_an_envelope_is_acknowledged_by_its_id(
    slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    socket = await connect(slack, client, http)
    typing = asyncio.ensure_future(slack.command("x"))
    envelope = await read(socket)
    assert (envelope["type"], envelope["payload"]["text"]) == ("slash_commands", "x")
    assert envelope["accepts_response_payload"] is True
    await socket.send_str("no json")
    await socket.send_json({"envelope_id": "another"})
    await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "done"}})
    typed = await typing
    assert (typed.problem, typed.ack_body) == (None, {"text": "done"})
    await socket.close()


async def test_each_envelope_goes_to_any_one_of_the_sockets(
    slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    sockets = [await connect(slack, client, http) for _ in range(2)]
    counts = [0, 0]

    async def serve(number: int) -> None:
        while True:
            envelope = await read(sockets[number])
            counts[number] += 1
            await sockets[number].send_json({"envelope_id": envelope["envelope_id"]})

    tasks = [asyncio.ensure_future(serve(number)) for number in range(2)]
    for _ in range(20):
        assert (await slack.command()).problem is None
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(counts) == 20
    assert all(counts)
    for socket in sockets:
        await socket.close()


async def test_there_are_ten_sockets_at_most(
    slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    sockets = [await connect(slack, client, http) for _ in range(MAX_SOCKETS)]
    url = (await client.apps_connections_open(app_token=slack.app.app_token))["url"]
    eleventh = await http.ws_connect(url)
    assert (await read(eleventh))["reason"] == "too_many_websockets"
    for socket in [*sockets, eleventh]:
        await socket.close()


async def test_a_disconnect_frame_comes_on_demand(
    slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    socket = await connect(slack, client, http)
    await slack.sockets.disconnect("warning")
    assert await read(socket) == {
        "type": "disconnect",
        "reason": "warning",
        "debug_info": {"host": "local"},
    }
    await socket.close()


async def test_a_duplicate_is_the_same_envelope_twice(
    slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    socket = await connect(slack, client, http)
    slack.faults.switch_on("dup", times=1)
    typing = asyncio.ensure_future(slack.command())
    first, second = await read(socket), await read(socket)
    assert first == second
    for envelope in (first, second):
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
    assert (await typing).problem is None
    await socket.close()


async def test_a_dropped_socket_fails_the_dispatch(
    slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    socket = await connect(slack, client, http)
    slack.faults.switch_on("drop", times=1)
    assert (await slack.command()).problem == "dispatch_failed"
    assert len(slack.sockets) == 0
    await socket.close()


async def test_a_half_open_socket_swallows_everything(
    slack: LocalSlack, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    slack._ack_seconds = 0.05
    socket = await connect(slack, client, http)
    await socket.ping(b"one")
    await answered(socket, b"one")
    fault = slack.faults.switch_on("halfopen")
    await socket.ping(b"two")
    assert (await slack.command()).problem == "operation_timeout"
    slack.faults.switch_off(fault.name)
    await socket.ping(b"three")
    await answered(socket, b"three")
    await socket.close()


async def answered(socket: Socket, data: bytes) -> None:
    while True:
        frame = await socket.receive(timeout=5)
        if frame.type is aiohttp.WSMsgType.PONG:
            assert frame.data == data
            return


async def test_waiting_for_a_socket_ends_in_time(slack: LocalSlack) -> None:
    with pytest.raises(TimeoutError):
        await slack.connected(timeout=0.01)
