"""Settings from the environment and from ``.env``. The table in the README is their contract."""

import re
from enum import StrEnum
from typing import Annotated, Any, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.domain.addresses import is_loopback
from bot.domain.errors import SettingsError
from bot.domain.verdicts import InDoubt
from bot.domain.workspace import Guests


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """How a log line looks: ``auto`` is readable on a terminal, else JSON."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


def _wrong(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("wrong", "{sentence}", {"sentence": sentence})


def _web_address(url: str) -> str:
    """A bearer token travels to this address: in the clear on this machine alone."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise _wrong("has to be a web address, such as https://api.example.com/v1")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise _wrong("has to begin with https:// (http:// is for this machine alone)")
    return url


def _ends_with_slash(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"


def _begins_with(prefix: str, where: str) -> AfterValidator:
    def check(token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith(prefix):
            raise _wrong(f"has to begin with {prefix} ({where})")
        return token

    return AfterValidator(check)


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(filter(None, (part.strip() for part in value.split(","))))
    return value


def _strip(value: Any) -> Any:
    """Secrets are pasted, and a line break comes along."""
    return value.strip() if isinstance(value, str) else value


def _are_channels(ids: tuple[str, ...]) -> tuple[str, ...]:
    if not all(map(_CHANNEL.fullmatch, ids)):
        raise _wrong("has to hold ids such as C0123456789 (a channel's details show its id)")
    return ids


_CHANNEL = re.compile(r"[CGDUW][A-Z0-9]{1,20}")
Secret = Annotated[SecretStr, BeforeValidator(_strip)]
Ids = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Port = Annotated[int, Field(ge=0, le=65535)]
"""0 is any free port."""
WebAddress = Annotated[str, AfterValidator(_web_address)]


class LoggedSettings(BaseSettings):
    """What every command needs: the log."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    log_level: Annotated[LogLevel, BeforeValidator(lambda word: str(word).strip().upper())] = (
        LogLevel.INFO
    )
    log_format: LogFormat = LogFormat.AUTO

    def secrets(self) -> tuple[str, ...]:
        """Every value that must never be shown or logged."""
        fields = (getattr(self, name) for name in type(self).model_fields)
        return tuple(f.get_secret_value() for f in fields if isinstance(f, SecretStr))


class TogetherSettings(LoggedSettings):
    """What a lookup needs."""

    together_api_key: Secret
    together_base_url: WebAddress = "https://api.together.ai/v1"


class DatabaseSettings(LoggedSettings):
    """What a look at the database needs. The address may hold a password."""

    database_url: Secret = SecretStr("sqlite:///evals-bot.db")


class Settings(TogetherSettings, DatabaseSettings):
    """Everything that ``evals-bot run`` needs."""

    slack_bot_token: Annotated[Secret, _begins_with("xoxb-", "OAuth & Permissions")]
    slack_app_token: Annotated[Secret, _begins_with("xapp-", "App-Level Tokens")] | None = None
    slack_signing_secret: Secret | None = None
    slack_api_url: Annotated[WebAddress, AfterValidator(_ends_with_slash)] = (
        "https://slack.com/api/"
    )
    evals_channel: Annotated[Ids, AfterValidator(_are_channels)] = ()
    evals_poll_seconds: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] = 30.0
    evals_in_doubt: InDoubt = InDoubt.REPEAT
    evals_guests: Guests = Guests.DENY
    evals_pace: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 1.0
    host: str = "127.0.0.1"
    port: Port = 3000
    health_host: str = "127.0.0.1"
    health_port: Port = 3001

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is reached over a WebSocket; without an app token it calls us by HTTP."""
        return self.slack_app_token is not None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.slack_app_token is None and self.slack_signing_secret is None:
            raise _wrong(
                "SLACK_APP_TOKEN is missing: set it for Socket Mode, or set SLACK_SIGNING_SECRET "
                "for HTTP mode"
            )
        return self


_WHERE = {
    "slack_bot_token": "the bot token of your Slack app (xoxb-, OAuth & Permissions)",
    "together_api_key": "a key from Together's settings page",
}

S = TypeVar("S", bound=LoggedSettings)


def read_settings(kind: type[S]) -> S:
    """Read the environment and ``.env``.

    Raises:
        SettingsError: something is missing or wrong; one sentence names each such setting.
    """
    try:
        return kind()
    except ValidationError as error:
        raise SettingsError("; ".join(map(_sentence, error.errors()))) from None


def _sentence(fault: Any) -> str:
    """One fault, without its input: that may be a secret."""
    if not fault["loc"]:
        return str(fault["msg"])
    field = str(fault["loc"][0]).lower()
    if fault["type"] == "missing":
        return f"{field.upper()} is missing: set it to {_WHERE[field]}"
    words = fault["msg"] if fault["type"] == "wrong" else _ours(fault, field=field)
    return f"{field.upper()} {words}"


def _ours(fault: Any, *, field: str) -> str:
    """Pydantic's finding in our words."""
    limits = fault.get("ctx", {})
    most = limits.get("le")
    if fault["type"] == "enum":
        return f"has to be one of these: {limits['expected']}"
    if field.endswith("port"):
        return "has to be a whole number from 0 (any free port) to 65535"
    if fault["type"] in {"greater_than", "less_than_equal", "float_parsing", "finite_number"}:
        return "has to be a number above 0" + (f", at most {most:g}" if most else "")
    return f"is wrong: {fault['msg']}"
