"""``evals-bot preview``: what a command would answer, as text, as blocks, and as a link to look."""

import json
from collections.abc import Iterator
from urllib.parse import quote

from bot.adapters.clock import SystemClock
from bot.app import together_client
from bot.domain.errors import BotError
from bot.domain.query import parse
from bot.rendering.kit import Message
from bot.rendering.problems import problem_message
from bot.services.answers import Answers
from bot.services.health import HealthCheck
from bot.services.lookup import Lookup
from bot.services.sharing import SharedEvaluations
from bot.settings import TogetherSettings

BUILDER = "https://app.slack.com/block-kit-builder/#"


async def preview(text: str, settings: TogetherSettings) -> Message:
    """The message that ``/evals text`` would be answered with, problems included."""
    clock = SystemClock()
    client = together_client(settings, clock)
    shared = SharedEvaluations(client, clock)
    answers = Answers(Lookup(shared, clock), HealthCheck(shared, clock, transport="preview"))
    try:
        return await answers.to(parse(text))
    except BotError as error:
        return problem_message(error)
    finally:
        await client.aclose()


def lines(message: Message) -> Iterator[str]:
    """The three forms: the words alone, the blocks as JSON, a Block Kit Builder link."""
    blocks = list(message.blocks)
    yield from ("Text, as banners and screen readers have it:", "", message.text, "")
    yield from ("Blocks:", "", json.dumps(blocks, indent=2, ensure_ascii=False), "")
    compact = json.dumps({"blocks": blocks}, separators=(",", ":"), ensure_ascii=False)
    yield from ("To look at it:", "", BUILDER + quote(compact))
