"""How the bot is, in a few plain lines."""

from datetime import datetime, timedelta

from bot.domain.health import HealthReport, PollHealth, QueueHealth
from bot.rendering import kit
from bot.rendering.figures import count, number_of, span
from bot.rendering.kit import Message
from bot.rendering.problems import sentence, what_happened


def health_message(report: HealthReport) -> Message:
    """The answer to ``/evals status``."""
    up = span(report.now - report.started_at)
    lines = [
        f"*evals-bot {report.version}* · up {up}",
        f"Slack: {report.transport}",
        f"Together: {_together(report)}",
    ]
    if report.polls is not None:
        lines.append(f"Polling: {_polls(report.polls, now=report.now)}")
        lines.append(f"Notices: {_queue(report.queue, now=report.now)}")
    if report.last_failure is not None:
        moment, error = report.last_failure
        words = sentence(error) if report.is_in_trouble else what_happened(error)
        lines.append(f"Last trouble, {kit.when(moment)}: {words}")
    words = "\n".join(lines)
    return Message(text=words, blocks=(kit.section(words),))


def _together(report: HealthReport) -> str:
    asked = f"asked {number_of(report.calls, 'time')} since the start"
    if report.last_answer_at is not None:
        return f"last answered {kit.when(report.last_answer_at)}, {asked}"
    return f"{asked}, no answer so far" if report.calls else "not asked yet"


def _polls(polls: PollHealth, *, now: datetime) -> str:
    if not polls.leads:
        return "another copy of this bot on the same database does it"
    if polls.last_poll_at is None:
        parts = ["none yet"]
    else:
        parts = [f"last {kit.when(polls.last_poll_at)}, {_ago(polls.last_poll_at, now=now)}"]
    if polls.failing_since is not None:
        parts.append(f"*failing since {kit.when(polls.failing_since)}*")
    if polls.saturated:
        parts.append("*more jobs than Together lists, so some may be missed*")
    return ", ".join(parts)


def _queue(queue: QueueHealth | None, *, now: datetime) -> str:
    if queue is None:
        return "the database does not answer"
    parts = [f"{count(queue.waiting)} waiting" if queue.waiting else "none waiting"]
    if queue.oldest_due_at is not None:
        parts.append(f"the oldest due {_ago(queue.oldest_due_at, now=now)}")
    if queue.in_doubt:
        parts.append(f"{count(queue.in_doubt)} not confirmed by Slack and being looked for")
    if queue.dead:
        parts.append(f"*{count(queue.dead)} given up* (`evals-bot dead` lists them)")
    return ", ".join(parts)


def _ago(moment: datetime, *, now: datetime) -> str:
    """``12 s ago``; two clocks may disagree, and nothing is ago that is to come."""
    return f"{span(max(now - moment, timedelta(0)))} ago"
