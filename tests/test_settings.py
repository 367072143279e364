"""The settings are a contract: names, defaults, and one sentence for each fault."""

import pytest

from bot.domain.errors import SettingsError
from bot.domain.workspace import Guests
from bot.settings import Settings, TogetherSettings, read_settings

ENOUGH = {
    "SLACK_BOT_TOKEN": "xoxb-made-up",
    "SLACK_APP_TOKEN": "xapp-made-up",
    "TOGETHER_API_KEY": "key-made-up",
}


@pytest.fixture(autouse=True)
def empty_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path_factory.mktemp("nowhere"))


def settings_of(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in {**ENOUGH, **environment}.items():
        monkeypatch.setenv(name, value)
    return read_settings(Settings)


def fault_of(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    with pytest.raises(SettingsError) as caught:
        settings_of(monkeypatch, **environment)
    return str(caught.value)


def test_three_values_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(monkeypatch)
    assert settings.socket_mode
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.together_base_url == "https://api.together.ai/v1"
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert (settings.health_host, settings.health_port) == ("127.0.0.1", 3001)
    assert settings.evals_guests is Guests.DENY
    assert settings.evals_channel == ()
    assert settings.evals_poll_seconds == 30
    assert settings.evals_in_doubt == "repeat"
    assert settings.evals_pace == 1
    assert settings.database_url.get_secret_value() == "sqlite:///evals-bot.db"
    assert (settings.log_level, settings.log_format) == ("INFO", "auto")


def test_without_an_app_token_a_signing_secret_means_http_mode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_of(monkeypatch, SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="s")
    assert not settings.socket_mode


def test_an_empty_value_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fault_of(monkeypatch, TOGETHER_API_KEY="").startswith("TOGETHER_API_KEY is missing")
    assert settings_of(monkeypatch, TOGETHER_API_KEY="k", PORT="").port == 3000


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(Settings)
    assert "TOGETHER_API_KEY is missing" in str(caught.value)
    assert "SLACK_BOT_TOKEN is missing" in str(caught.value)


def test_neither_transport_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "SLACK_SIGNING_SECRET for HTTP mode" in fault_of(monkeypatch, SLACK_APP_TOKEN="")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SLACK_BOT_TOKEN", "xapp-swapped", "has to begin with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-swapped", "has to begin with xapp-"),
        ("TOGETHER_BASE_URL", "api.together.ai/v1", "has to be a web address"),
        ("TOGETHER_BASE_URL", "http://api.together.ai/v1", "has to begin with https://"),
        ("SLACK_API_URL", "ftp://slack.com/api/", "has to be a web address"),
        ("EVALS_CHANNEL", "#evals", "has to hold ids"),
        ("EVALS_POLL_SECONDS", "0", "has to be a number above 0"),
        ("EVALS_POLL_SECONDS", "often", "has to be a number above 0"),
        ("EVALS_PACE", "nan", "has to be a number above 0"),
        ("EVALS_IN_DOUBT", "guess", "'repeat' or 'park'"),
        ("PORT", "70000", "has to be a whole number"),
        ("PORT", "many", "has to be a whole number"),
        ("EVALS_GUESTS", "perhaps", "'deny' or 'look'"),
        ("LOG_LEVEL", "loud", "'INFO'"),
        ("LOG_FORMAT", "xml", "'auto'"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_it_and_not_the_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    fault = fault_of(monkeypatch, **{name: value})
    assert fault.startswith(name)
    assert words in fault
    assert "swapped" not in fault
    assert "\n" not in fault


def test_http_is_for_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "http://127.0.0.1:8000/v1"
    assert settings_of(monkeypatch, TOGETHER_BASE_URL=url).together_base_url == url


def test_lists_are_separated_by_commas_and_pasted_line_breaks_do_no_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_of(monkeypatch, EVALS_CHANNEL=" C1, C2,", TOGETHER_API_KEY=" key\n")
    assert settings.evals_channel == ("C1", "C2")
    assert settings.together_api_key.get_secret_value() == "key"


def test_the_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(".env", "w") as file:  # noqa: PTH123 - the folder is this test's own
        file.write("TOGETHER_API_KEY='from file'\nPORT=4000\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("TOGETHER_API_KEY", "from environment")
    settings = read_settings(TogetherSettings)
    assert settings.together_api_key.get_secret_value() == "from environment"


def test_secrets_show_in_no_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(monkeypatch, SLACK_SIGNING_SECRET="hush-made-up")
    assert set(settings.secrets()) >= {*ENOUGH.values(), "hush-made-up"}
    assert not any(secret in repr(settings) for secret in settings.secrets())
