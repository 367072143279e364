"""How the bot is, in a few plain lines."""

from bot.domain.health import HealthReport
from bot.rendering import kit
from bot.rendering.figures import number_of, span
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
