"""Messages in a terminal, whole, with their numbered controls."""

from datetime import UTC, datetime
from typing import Any

from bot.sandbox.slack import LocalSlack, Look, Message, render
from bot.sandbox.slack.workspace import BOT_USER_ID, Draft, default_workspace

LOOK = Look(now=datetime(2026, 11, 24, 12, 0, tzinfo=UTC))


def message(*blocks: dict[str, Any], text: str = "x", ephemeral_to: str | None = None) -> Message:
    return default_workspace().post(
        Draft(text=text, blocks=blocks),
        channel="C0EVALS",
        author=BOT_USER_ID,
        at=1.0,
        ephemeral_to=ephemeral_to,
    )


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(label: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(label), "action_id": label.lower(), **more}


def menu(label: str, *options: str) -> dict[str, Any]:
    return {
        "type": "static_select",
        "action_id": "menu",
        "placeholder": plain(label),
        "options": [{"text": plain(option), "value": option.lower()} for option in options],
    }


def lines(*blocks: dict[str, Any]) -> list[str]:
    return list(render(message(*blocks), LOOK, width=40).lines)


def test_a_list_reads_like_a_list() -> None:
    shown = render(
        message(
            {"type": "header", "text": plain("2 evaluation jobs")},
            {
                "type": "section",
                "text": mrkdwn("✅ <https://x.example/1|eval-1> · *completed*\n87.0 % pass"),
                "accessory": button("Details"),
            },
            {"type": "divider"},
            {"type": "context", "elements": [mrkdwn("asked for: all"), mrkdwn("12:00")]},
            {
                "type": "actions",
                "elements": [
                    button("Refresh"),
                    button("Open", url="https://x.example"),
                    menu("Status", "All", "Failed"),
                ],
            },
            ephemeral_to="U0MEMBER",
        ),
        LOOK,
        width=64,
    )
    assert shown.lines == (
        "only visible to you",
        "2 evaluation jobs",
        "✅ eval-1 · completed" + " " * 32 + "[1 Details]",
        "87.0 % pass",
        "────────────────────────────────────────",
        "asked for: all · 12:00",
        "[2 Refresh] [3 Open ↗] [Status ▾ 4 All · 5 Failed]",
    )
    assert [(control.number, control.label) for control in shown.controls] == [
        (1, "Details"),
        (2, "Refresh"),
        (3, "Open"),
        (4, "All"),
        (5, "Failed"),
    ]


async def test_a_number_is_enough_to_press(slack: LocalSlack) -> None:
    shown = message({"type": "actions", "elements": [button("Go", value="v"), menu("M", "A", "B")]})
    press, _, option = render(shown, LOOK, first=7).controls
    assert (press.number, option.number) == (7, 9)
    pressed = await slack.press(shown, press.action_id, block_id=press.block_id)
    assert pressed.payload["actions"][0]["value"] == "v"
    assert option.option is not None
    chosen = await slack.choose(shown, option.action_id, option.option, block_id=option.block_id)
    assert chosen.payload["actions"][0]["selected_option"]["value"] == "b"


def test_words_alone_are_read_as_mrkdwn() -> None:
    assert render(message(text="*a*\n`b`"), LOOK).lines == ("a", "`b`")


def test_fields_are_name_and_value() -> None:
    fields = {"type": "section", "fields": [mrkdwn("*Judge*\nLlama"), plain("lonely")]}
    assert lines(fields) == ["Judge: Llama", "lonely"]
    assert lines({**fields, "accessory": button("Go")})[0] == "Judge: Llama" + " " * 22 + "[1 Go]"


def test_rich_text_keeps_its_shape() -> None:
    text = {"type": "text", "text": "x"}
    section = {"type": "rich_text_section", "elements": [text]}
    block = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "see "},
                    {"type": "link", "url": "https://x.example", "text": "this"},
                    {"type": "emoji", "name": "tada"},
                    {"type": "user", "user_id": "U1"},
                    {"type": "date", "timestamp": 0, "format": "{date_num}", "fallback": "x"},
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "a\nb"}]},
            {"type": "rich_text_preformatted", "elements": [text]},
            {"type": "rich_text_list", "style": "ordered", "elements": [section, section]},
            {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [section]},
        ],
    }
    assert lines(block) == [
        "see this:tada:@U11970-01-01",
        "│ a",
        "│ b",
        "    x",
        "1. x",
        "2. x",
        "  • x",
    ]


def test_tables_are_in_columns_also_with_wide_signs() -> None:
    rows = [
        [{"type": "raw_text", "text": "job"}, {"type": "raw_text", "text": "pass"}],
        [{"type": "raw_text", "text": "⚠️ a"}, {"type": "raw_number", "value": 1, "text": "1"}],
    ]
    assert lines({"type": "table", "rows": rows}) == ["job   pass", "⚠️ a  1"]
    table = {"type": "data_table", "caption": "Jobs", "rows": rows}
    assert lines(table) == ["Jobs", "job   pass", "⚠️ a  1"]


def test_charts_cards_containers_and_inputs_are_readable() -> None:
    points = [{"label": "Mon", "value": 3}]
    line = {
        "type": "line",
        "series": [{"name": "pass", "data": points}],
        "axis_config": {"categories": ["Mon"]},
    }
    assert lines({"type": "data_visualization", "title": "Trend", "chart": line}) == [
        "Trend",
        "  pass, Mon: 3",
    ]
    pie = {"type": "pie", "segments": [{"label": "yes", "value": 2}]}
    chart = {"type": "data_visualization", "title": "Share", "chart": pie}
    assert lines(chart) == ["Share", "  yes: 2"]
    card = {"type": "card", "title": mrkdwn("*T*"), "body": plain("b"), "actions": [button("Go")]}
    assert lines({"type": "carousel", "elements": [card]}) == ["T", "b", "[1 Go]"]
    inner = {"type": "section", "text": plain("in")}
    box = {"type": "container", "title": plain("Box"), "child_blocks": [inner]}
    assert lines(box) == ["Box", "  in"]
    field = {"type": "input", "label": plain("Name"), "element": {"type": "plain_text_input"}}
    assert lines(field) == ["Name: [________]"]
    picture = {"type": "image", "image_url": "https://x.example/x.png", "alt_text": "a cat"}
    assert lines(picture, {"type": "markdown", "text": "a\nb"}) == ["[image: a cat]", "a", "b"]


def test_what_is_unknown_is_named() -> None:
    assert lines({"type": "video"}) == ["[video]"]
