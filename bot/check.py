"""``evals-bot check``: for each setting whether it works, and what to do when it does not."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.clock import SystemClock
from bot.adapters.slack import channel_name, web_client, who_we_are
from bot.adapters.socket_mode import check_app_token
from bot.adapters.store import open_store
from bot.app import together_client
from bot.domain.commands import Watch
from bot.domain.errors import (
    JobNotFound,
    SettingsError,
    SlackError,
    SlackUnreachable,
    StoreError,
    TogetherError,
    TogetherRefused,
    TogetherRefusedKey,
)
from bot.scopes import OPTIONAL_SCOPES, SCOPES
from bot.settings import DatabaseSettings, Settings, TogetherSettings, read_settings
from bot.watch_file import WATCH_FILE, read_watch_file

_CHANNEL_ADVICE = {
    "not_in_channel": "type /invite @evals in it",
    "channel_not_found": "check the id; in a private channel type /invite @evals first",
    "is_archived": "it is archived: unarchive it, or name another one",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report. ``advice`` is empty when all is well."""

    subject: str
    words: str
    advice: str = ""

    def __str__(self) -> str:
        """``ok    TOGETHER_API_KEY: works``."""
        mark = "FIX " if self.advice else "ok  "
        return f"{mark}  {self.subject}: {self.words}" + (f": {self.advice}" if self.advice else "")


async def examine() -> AsyncIterator[Finding]:
    """Look at every setting, the wrong ones included, and ask Slack and Together."""
    try:
        settings = read_settings(Settings)
    except SettingsError as error:
        yield Finding(subject="settings", words="not complete", advice=str(error))
    else:
        async for finding in _slack(settings):
            yield finding
    try:
        yield await _together(read_settings(TogetherSettings))
        yield await _database(read_settings(DatabaseSettings))
    except SettingsError:
        return  # told above


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    client = web_client(settings.slack_bot_token.get_secret_value(), api_url=settings.slack_api_url)
    try:
        workspace = await who_we_are(client)
    except SlackError as error:
        advice = _slack_advice(error, "copy it again from OAuth & Permissions")
        yield Finding(subject="SLACK_BOT_TOKEN", words=str(error), advice=advice)
    else:
        words = f"works in {workspace.name or workspace.team_id}"
        yield Finding(subject="SLACK_BOT_TOKEN", words=words)
        yield _scopes(workspace.scopes)
        written = _watch_file()
        if isinstance(written, Finding):
            yield written
            written = ()
        by_file = [watch.channel for watch in written if watch.channel]
        for channel_id in dict.fromkeys([*settings.evals_channel, *by_file]):
            yield await _channel(client, channel_id)
    if settings.slack_app_token is not None:
        yield await _app_token(client, settings.slack_app_token.get_secret_value())
    else:
        words = "set; the first request from Slack shows whether it is the right one"
        yield Finding(subject="SLACK_SIGNING_SECRET", words=words)


def _watch_file() -> Sequence[Watch] | Finding:
    if not WATCH_FILE.exists():
        return ()
    try:
        return read_watch_file(WATCH_FILE)
    except SettingsError as error:
        return Finding(subject=str(WATCH_FILE), words="cannot be used", advice=str(error))


async def _database(settings: DatabaseSettings) -> Finding:
    try:
        store = await open_store(settings.database_url.get_secret_value(), clock=SystemClock())
    except SettingsError as error:
        return Finding(subject="DATABASE_URL", words="cannot be used", advice=str(error))
    except StoreError as error:
        advice = "look whether this machine reaches it, then try again"
        return Finding(subject="DATABASE_URL", words=str(error).rstrip("."), advice=advice)
    await store.aclose()
    return Finding(subject="DATABASE_URL", words="works, and is up to date")


def _scopes(granted: frozenset[str]) -> Finding:
    missing = [f"{scope} ({why})" for scope, why in SCOPES.items() if scope not in granted]
    if missing:
        advice = "update the app from manifest.yml and install it again"
        return Finding(subject="scopes", words=f"missing {', '.join(missing)}", advice=advice)
    left_out = [
        f"{scope} ({why})" for scope, why in OPTIONAL_SCOPES.items() if scope not in granted
    ]
    if left_out:
        return Finding(subject="scopes", words=f"complete, without {', '.join(left_out)}")
    return Finding(subject="scopes", words="complete")


async def _channel(client: AsyncWebClient, channel_id: str) -> Finding:
    subject = f"channel {channel_id}"
    try:
        name = await channel_name(client, channel_id)
    except SlackError as error:
        advice = _CHANNEL_ADVICE.get(error.code) or _slack_advice(error, "check the id")
        return Finding(subject=subject, words=str(error), advice=advice)
    return Finding(subject=subject, words=f"the bot is in #{name}")


async def _app_token(client: AsyncWebClient, app_token: str) -> Finding:
    try:
        await check_app_token(client, app_token)
    except SlackError as error:
        advice = _slack_advice(error, "make one with connections:write under App-Level Tokens")
        return Finding(subject="SLACK_APP_TOKEN", words=str(error), advice=advice)
    return Finding(subject="SLACK_APP_TOKEN", words="works, Socket Mode can be opened")


async def _together(settings: TogetherSettings) -> Finding:
    client = together_client(settings, SystemClock())
    try:
        listed = await client.list_jobs(status=None, limit=1)
    except TogetherError as error:
        return _together_fault(error, settings)
    finally:
        await client.aclose()
    found = "jobs are listed" if listed.jobs else "there are no evaluation jobs yet"
    return Finding(subject="TOGETHER_API_KEY", words=f"works, {found}")


def _together_fault(error: TogetherError, settings: TogetherSettings) -> Finding:
    words = f"{error}{f' (“{error.detail}”)' if error.detail else ''}"
    match error:
        case TogetherRefusedKey():
            return Finding(
                subject="TOGETHER_API_KEY", words=words, advice="copy it again from Together"
            )
        case TogetherRefused(status=404) | JobNotFound():
            missing = "" if settings.together_base_url.rstrip("/").endswith("/v1") else " (/v1?)"
            advice = f"look whether its path is complete{missing}"
        case _:
            advice = "look whether this machine reaches it, then try again"
    return Finding(subject="TOGETHER_BASE_URL", words=words, advice=advice)


def _slack_advice(error: SlackError, advice: str) -> str:
    if isinstance(error, SlackUnreachable):
        return "look whether this machine reaches SLACK_API_URL, then try again"
    return advice
