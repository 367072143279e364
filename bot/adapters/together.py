"""Moves bytes between us and Together: one deadline, retries, httpx's errors in our words."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx

from bot.adapters.together_wire import BODY_BYTES, Reply, TogetherWire, retry_after_seconds
from bot.domain.addresses import leads_here
from bot.domain.errors import SettingsError, TogetherUnreachable
from bot.domain.jobs import EvaluationJob, JobList
from bot.domain.retry import RetryPolicy, TransportFailure
from bot.ports import Clock

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 20.0
"""For one question, with all its tries and the pauses between them."""

_CONNECT_SECONDS = 5.0
_CONNECTIONS = 10


class TogetherClient:
    """Fits the port ``Evaluations``. It sends GET and nothing else.

    Args:
        base_url: Together's API, with its ``/v1``.
        api_key: the bearer token.
        clock: for the pauses between tries.
        draw: gives a random number in [0, 1), which spreads the pauses.
        deadline_seconds: for one question, with all its tries and pauses.

    Raises:
        SettingsError: the key, the address or a proxy of the environment cannot be used.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        clock: Clock,
        draw: Callable[[], float] = random.random,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._wire = TogetherWire(base_url=base_url, api_key=api_key)
        self._clock = clock
        self._draw = draw
        self._policy = RetryPolicy(total_seconds=deadline_seconds)
        # Each client has one connection and one user at a time, because httpx's pool loses the
        # connections of cancelled requests for good, and deadlines and askers who leave cancel:
        # https://github.com/encode/httpcore/issues/1093
        self._places = asyncio.Semaphore(_CONNECTIONS)
        self._idle: list[httpx.AsyncClient] = []
        # Proxies and certificates of the environment are the operator's wish, but no proxy finds
        # what leads to this machine.
        self._trust_env = not leads_here(base_url)
        try:
            httpx.URL(base_url)
            self._certificates = httpx.create_ssl_context(trust_env=self._trust_env)
            self._idle.append(self._new_client())
        except (httpx.InvalidURL, ValueError, ImportError, OSError):
            # Without its cause: a proxy's address may hold a password.
            raise SettingsError(
                "TOGETHER_BASE_URL, or a proxy (HTTPS_PROXY, ALL_PROXY) or certificate file of "
                "the environment cannot be used; proxies have to be http:// or https://"
            ) from None

    async def list_jobs(self, *, status: str | None, limit: int | None) -> JobList:
        """Ask the list endpoint. None leaves an option out.

        Raises:
            TogetherError: no usable answer.
        """
        reply = await self._get(self._wire.list_url(status=status, limit=limit))
        return self._wire.jobs_in(reply, now=self._clock.now())

    async def get_job(self, job_id: str) -> EvaluationJob:
        """Ask for one job by its whole id.

        Raises:
            JobNotFound: Together knows no such job.
            TogetherError: no usable answer.
        """
        reply = await self._get(self._wire.job_url(job_id))
        return self._wire.job_in(reply, job_id=job_id, now=self._clock.now())

    async def aclose(self) -> None:
        """Close the connections."""
        while self._idle:
            await self._idle.pop().aclose()

    async def _get(self, url: str) -> Reply:
        """Ask until there is an answer that another try would not better."""
        started = self._clock.monotonic()
        attempt = 1
        try:
            async with asyncio.timeout(self._policy.total_seconds):
                while True:
                    try:
                        reply = await self._ask(url)
                    except _NoAnswer as error:
                        if not await self._pause(error.failure, None, attempt, started):
                            raise
                    else:
                        wait = retry_after_seconds(reply, now=self._clock.now())
                        if not await self._pause(reply.status, wait, attempt, started):
                            return reply
                    attempt += 1
        except TimeoutError as error:
            summary = f"Together did not answer within {self._policy.total_seconds:g} s"
            raise TogetherUnreachable(summary) from error

    async def _pause(
        self,
        failure: int | TransportFailure,
        retry_after_seconds: float | None,
        attempt: int,
        started: float,
    ) -> bool:
        """Wait for the next try, if there shall be one."""
        decision = self._policy.decide(
            failure,
            attempt=attempt,
            elapsed_seconds=self._clock.monotonic() - started,
            retry_after_seconds=retry_after_seconds,
            draw=self._draw(),
        )
        if decision is None:
            return False
        logger.info(
            "asking Together again",
            extra={"reason": decision.reason.value, "delay_seconds": decision.delay_seconds},
        )
        await self._clock.sleep(decision.delay_seconds)
        return True

    async def _ask(self, url: str) -> Reply:
        body = bytearray()
        with _in_our_words():
            async with self._client() as client, client.stream("GET", url) as response:
                async for part in response.aiter_raw():
                    body += part
                    if len(body) > BODY_BYTES:
                        break
        return Reply(status=response.status_code, headers=response.headers, body=bytes(body))

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client for one request; whatever goes wrong in it ends it."""
        async with self._places:
            client = self._idle.pop() if self._idle else self._new_client()
            is_whole = False
            try:
                yield client
                is_whole = True
            finally:
                if is_whole:
                    self._idle.append(client)
                else:
                    await client.aclose()

    def _new_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            headers=self._wire.headers,
            follow_redirects=False,  # the key must not travel
            # httpx times each read by itself, so an answer that drips would never end.
            timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
            verify=self._certificates,
            trust_env=self._trust_env,
        )


class _NoAnswer(TogetherUnreachable):
    """The connection failed before there was a whole answer."""

    def __init__(self, failure: TransportFailure) -> None:
        self.failure = failure
        super().__init__(f"Together could not be asked: {failure}")


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Let no error of httpx through."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        raise _NoAnswer(TransportFailure.NO_CONNECTION) from error
    except httpx.HTTPError as error:
        raise _NoAnswer(TransportFailure.BROKEN_OFF) from error
