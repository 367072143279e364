"""What an operator types: check, preview, demo, help."""

import json
from urllib.parse import unquote

from bot.sandbox.slack import InstalledApp, LocalSlack, refuse_message
from tests.running import output_of, stage


async def test_check_says_of_each_setting_that_it_works() -> None:
    async with stage() as scene:
        environment = scene.environment | {"EVALS_CHANNEL": "C0EVALS"}
        code, out, _ = await output_of("check", environment=environment)
    assert code == 0
    assert all(line.startswith("ok") for line in out.splitlines())
    for subject in ("SLACK_BOT_TOKEN", "scopes", "C0EVALS", "SLACK_APP_TOKEN", "TOGETHER_API_KEY"):
        assert subject in out


async def test_check_says_what_to_do_about_each_that_does_not() -> None:
    async with stage() as scene:
        bare = InstalledApp(scopes=frozenset({"commands", "channels:read", "groups:read"}))
        async with LocalSlack(bare) as slack:
            environment = scene.environment | {
                "SLACK_API_URL": slack.api_url,
                "SLACK_APP_TOKEN": "xapp-wrong",
                "TOGETHER_API_KEY": "wrong",
                "EVALS_CHANNEL": "C0EVALS,C0QUIET,G0SECRET,C0OLD",
            }
            code, out, _ = await output_of("check", environment=environment)
    assert code == 1
    advice = {
        "scopes": "users:read",
        "C0QUIET": "/invite @evals",
        "G0SECRET": "/invite @evals",
        "C0OLD": "unarchive",
        "SLACK_APP_TOKEN": "connections:write",
        "TOGETHER_API_KEY": "copy it again",
    }
    for subject, words in advice.items():
        (line,) = (line for line in out.splitlines() if subject in line)
        assert line.startswith("FIX")
        assert words in line
    assert "wrong" not in out


async def test_check_asks_whether_v1_is_missing() -> None:
    async with stage() as scene:
        address = scene.environment["TOGETHER_BASE_URL"].removesuffix("/v1")
        environment = scene.environment | {"TOGETHER_BASE_URL": address}
        code, out, _ = await output_of("check", environment=environment)
    assert code == 1
    assert "/v1" in out


async def test_check_without_settings_names_them_all() -> None:
    code, out, err = await output_of("check", environment={})
    assert code == 1
    assert "SLACK_BOT_TOKEN" in out
    assert "TOGETHER_API_KEY" in out
    assert "Traceback" not in err


async def test_preview_prints_words_blocks_and_a_link_to_look_at() -> None:
    async with stage() as scene:
        code, out, _ = await output_of("preview", "status:failed", environment=scene.environment)
    assert code == 0
    printed = json.loads(out.partition("Blocks:")[2].partition("To look at it:")[0])
    assert refuse_message(text="x", blocks=printed) is None
    (link,) = (line for line in out.splitlines() if "block-kit-builder/#" in line)
    assert json.loads(unquote(link.partition("#")[2])) == {"blocks": printed}


async def test_preview_shows_problems_as_slack_would() -> None:
    async with stage() as scene:
        code, out, _ = await output_of("preview", "runing", environment=scene.environment)
        assert code == 0
        assert "Did you mean" in out
        assert not scene.together.requests


async def test_preview_needs_no_slack_but_a_key() -> None:
    code, _, err = await output_of("preview", environment={})
    assert code == 2
    assert err.startswith("evals-bot: TOGETHER_API_KEY is missing")


async def test_the_demo_answers_typed_lines_and_pressed_numbers() -> None:
    lines = ["/evals failed", "1", "/evals runing", "nonsense", "/evals help", "q"]
    code, out, err = await output_of("demo", environment={}, typed="\n".join(lines) + "\n")
    assert code == 0
    assert err == ""
    assert "evaluation jobs" in out
    assert "only visible to you" in out
    assert "Did you mean" in out
    assert "Slack refused" not in out


async def test_the_demo_ends_with_its_input() -> None:
    code, _, err = await output_of("demo", environment={}, typed="/evals\n")
    assert code == 0
    assert err == ""


async def test_help_names_every_command() -> None:
    code, out, _ = await output_of("--help", environment={})
    assert code == 0
    assert all(name in out for name in ("run", "check", "preview", "demo"))
