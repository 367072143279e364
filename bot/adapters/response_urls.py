"""Answers over response URLs, which work wherever a person typed or pressed: no membership needed.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses: five uses within
30 minutes; a new message is seen by one person unless ``response_type`` says ``in_channel``;
``replace_original`` works after a button or a menu, not after a command.
"""

import json
import logging
from typing import Any

import aiohttp
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.adapters.slack import DEADLINE_SECONDS
from bot.domain.addresses import leads_here
from bot.domain.errors import SlackRefused, SlackRefusedMessage, SlackUnreachable
from bot.domain.slack_codes import MESSAGE_FAULTS
from bot.ports import Audience
from bot.rendering.kit import Message

logger = logging.getLogger(__name__)

_CODE_CHARS = 60
_WHERE: dict[Audience, dict[str, Any]] = {
    Audience.ASKER: {"response_type": "ephemeral", "replace_original": False},
    Audience.CHANNEL: {"response_type": "in_channel", "replace_original": False},
    Audience.SAME: {"replace_original": True},
}


class ResponseUrls:
    """Fits the port ``Replies``. The SDK's retries are off: its default one sends twice."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE_SECONDS))

    async def send(self, response_url: str, message: Message, *, to: Audience) -> None:
        """Send one answer; as words alone when Slack refuses its blocks.

        Raises:
            SlackUnreachable: Slack may or may not have taken it.
            SlackRefused: the URL is used up or too old.
        """
        try:
            await self._post(response_url, message, to=to)
        except SlackRefusedMessage as error:
            if not message.blocks:
                raise
            logger.warning("Slack refused blocks, sending words alone", extra={"code": error.code})
            await self._post(response_url, Message(text=message.text), to=to)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _post(self, response_url: str, message: Message, *, to: Audience) -> None:
        body: dict[str, Any] = {
            "text": message.text,
            "unfurl_links": False,
            "unfurl_media": False,
            **_WHERE[to],
        }
        if message.blocks:
            body["blocks"] = list(message.blocks)
        client = AsyncWebhookClient(response_url, session=self._session, retry_handlers=[])
        if leads_here(response_url):
            client.proxy = None
        try:
            answer = await client.send_dict(body)
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            # The SDK's error holds the URL, which lets anyone answer in our name.
            raise SlackUnreachable(f"Slack did not answer: {type(error).__name__}") from None
        _check(answer.status_code, answer.body)


def _check(status: int, body: str) -> None:
    """Slack answers ``ok``, ``{"ok": true}`` or nothing; else a bare word or ``{"error": …}``."""
    code = _code(body)
    if status == 200 and code in {"", "ok"}:  # noqa: PLR2004 - HTTP's OK
        return
    if code in MESSAGE_FAULTS:
        raise SlackRefusedMessage(f"Slack refused the message: {code}", code=code)
    if status >= 500 or status == 429:  # noqa: PLR2004 - HTTP's own numbers
        raise SlackUnreachable(f"Slack is in trouble: HTTP {status}", code=code)
    raise SlackRefused(f"Slack refused the answer: HTTP {status} {code}", code=code)


def _code(body: str) -> str:
    try:
        told = json.loads(body)
    except ValueError:
        return body.strip()[:_CODE_CHARS]
    if not isinstance(told, dict):
        return str(told)[:_CODE_CHARS]
    return "" if told.get("ok") is True else str(told.get("error") or "not ok")[:_CODE_CHARS]
