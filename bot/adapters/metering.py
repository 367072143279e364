"""Counts for Prometheus, and stand-ins for two ports that count what passes through them.

https://prometheus.io/docs/practices/naming: base units, ``_total`` for what only grows.
"""

from collections.abc import Awaitable
from datetime import datetime
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from bot.domain.errors import SlackError, TogetherError
from bot.domain.jobs import EvaluationJob, JobList
from bot.ports import Audience, Evaluations, Notifier, Posted, Queue, Replies
from bot.rendering.kit import Message

T = TypeVar("T")


class Meters:
    """Every figure of ``/metrics``, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.polls = self._counter("evals_polls", "Polls of Together", "outcome")
        self.last_poll = self._gauge("evals_last_poll_timestamp_seconds", "The last good poll")
        self.saturated = self._gauge("evals_window_saturated", "1 when jobs may be missed")
        self.transitions = self._counter("evals_transitions", "What polls saw happen", "reason")
        self.notices = self._counter("evals_notices", "What became of messages", "kind", "outcome")
        self.together = self._counter("evals_together_calls", "Calls to Together", "outcome")
        self.slack = self._counter("evals_slack_calls", "Calls to Slack", "method", "outcome")
        self.waiting = self._gauge("evals_outbox_waiting", "Messages that are not sent yet")
        self.doubtful = self._gauge("evals_outbox_in_doubt", "Messages that Slack may have taken")
        self.dead = self._gauge("evals_outbox_dead", "Messages that were given up")
        self.lag = self._gauge("evals_outbox_lag_seconds", "Age of the oldest message that is due")

    def page(self, queue: Queue | None, now: datetime | None) -> bytes:
        """The page of ``/metrics``; without the queue when the database does not answer."""
        if queue is not None and now is not None:
            self.waiting.set(queue.waiting)
            self.doubtful.set(queue.in_doubt)
            self.dead.set(queue.dead)
            due = queue.oldest_due_at
            self.lag.set(max(0.0, (now - due).total_seconds()) if due else 0.0)
        return generate_latest(self.registry)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(name, words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str) -> Gauge:
        return Gauge(name, words, registry=self.registry)


class MeteredEvaluations:
    """Together's jobs, counted by outcome: ``ok``, a status, or ``unreachable``."""

    def __init__(self, evaluations: Evaluations, meters: Meters) -> None:
        self._evaluations = evaluations
        self._calls = meters.together

    async def list_jobs(self, *, status: str | None, limit: int | None) -> JobList:
        """Ask the list endpoint."""
        return await self._counted(self._evaluations.list_jobs(status=status, limit=limit))

    async def get_job(self, job_id: str) -> EvaluationJob:
        """Ask for one job."""
        return await self._counted(self._evaluations.get_job(job_id))

    async def _counted(self, call: Awaitable[T]) -> T:
        try:
            answer = await call
        except TogetherError as error:
            self._calls.labels(outcome=str(error.status or "unreachable")).inc()
            raise
        self._calls.labels(outcome="ok").inc()
        return answer


class MeteredReplies:
    """Answers over response URLs, counted by outcome."""

    def __init__(self, replies: Replies, meters: Meters) -> None:
        self._replies = replies
        self._calls = meters.slack

    async def send(self, response_url: str, message: Message, *, to: Audience) -> None:
        """Send one answer."""
        await counted(self._calls, "answer", self._replies.send(response_url, message, to=to))


class MeteredNotifier:
    """Slack's side of the delivery, counted by method and outcome."""

    def __init__(self, notifier: Notifier, meters: Meters) -> None:
        self._notifier = notifier
        self._calls = meters.slack

    async def post(
        self, channel: str, message: Message, *, key: str, thread_ts: str | None = None
    ) -> Posted:
        """Post once."""
        call = self._notifier.post(channel, message, key=key, thread_ts=thread_ts)
        return await counted(self._calls, "post", call)

    async def update(self, posted: Posted, message: Message) -> None:
        """Change a message in place."""
        await counted(self._calls, "update", self._notifier.update(posted, message))

    async def find(
        self, channel: str, key: str, *, since: datetime, thread_ts: str | None = None
    ) -> Posted | None:
        """Read our own messages back."""
        call = self._notifier.find(channel, key, since=since, thread_ts=thread_ts)
        return await counted(self._calls, "find", call)

    async def join(self, channel: str) -> None:
        """Become a member."""
        await counted(self._calls, "join", self._notifier.join(channel))


async def counted(calls: Counter, method: str, call: Awaitable[T]) -> T:
    """Await a call to Slack, and count how it ended: ``ok``, or Slack's own code."""
    try:
        answer = await call
    except SlackError as error:
        calls.labels(method=method, outcome=error.code or type(error).__name__).inc()
        raise
    calls.labels(method=method, outcome="ok").inc()
    return answer
