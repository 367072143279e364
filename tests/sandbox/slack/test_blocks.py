"""Every limit of Block Kit that the local Slack knows, one by one, and the messages it takes."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.slack.blocks import (
    HOME_BLOCKS,
    MODAL_BLOCKS,
    RENDERED_CHARS,
    check_blocks,
    refuse_message,
    rendered_chars,
    with_ids,
)

Block = dict[str, Any]


def plain(text: str = "x") -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Block:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> Block:
    return {"type": "button", "text": plain(), **more}


def option(value: str = "v", text: str = "x", **more: Any) -> Block:
    return {"text": plain(text), "value": value, **more}


def select(**more: Any) -> Block:
    return {"type": "static_select", "options": [option()], **more}


def section(**more: Any) -> Block:
    return {"type": "section", "text": mrkdwn(), **more}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def rich_section(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def raw(text: str = "x") -> Block:
    return {"type": "raw_text", "text": text}


def table(rows: int = 2, columns: int = 2, **more: Any) -> Block:
    return {"type": "table", "rows": [[raw()] * columns for _ in range(rows)], **more}


def data_table(rows: int = 2, columns: int = 2, **more: Any) -> Block:
    return {**table(rows, columns), "type": "data_table", "caption": "x", **more}


def chart(**more: Any) -> Block:
    points = [{"label": "a", "value": -1.5}]
    plot = {
        "type": "line",
        "series": [{"name": "n", "data": points}],
        "axis_config": {"categories": ["a"]},
        **more,
    }
    return {"type": "data_visualization", "title": "x", "chart": plot}


def pie(*values: float) -> Block:
    segments = [{"label": "a", "value": value} for value in values]
    return {
        "type": "data_visualization",
        "title": "x",
        "chart": {"type": "pie", "segments": segments},
    }


def confirm(**more: Any) -> Block:
    return {"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain(), **more}


def card(**more: Any) -> Block:
    return {"type": "card", "title": mrkdwn(), **more}


def container(*children: Block, **more: Any) -> Block:
    return {"type": "container", "title": plain(), "child_blocks": list(children), **more}


def text_input(**more: Any) -> Block:
    element = {"type": "plain_text_input", **more}
    return {"type": "input", "label": plain(), "element": element}


IMAGE = {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "x"}

TAKEN = [
    section(),
    section(text=plain("x" * 3000), fields=[mrkdwn("x" * 2000)] * 10, expand=True, block_id="b"),
    {"type": "section", "fields": [mrkdwn()]},
    section(accessory=IMAGE),
    {"type": "header", "text": plain("x" * 150), "level": 2},
    {"type": "context", "elements": [mrkdwn(), plain(), IMAGE]},
    actions(*(button(action_id=f"a{n}") for n in range(25))),
    actions(button(value="v" * 2000, url="https://x.example", style="danger", confirm=confirm())),
    actions(select(options=[option(str(n), "x" * 75) for n in range(100)], placeholder=plain())),
    actions(
        {"type": "static_select", "option_groups": [{"label": plain(), "options": [option()]}]}
    ),
    actions(select(initial_option=option())),
    actions({"type": "overflow", "options": [option("v" * 150)] * 5}),
    actions({"type": "checkboxes", "options": [option()], "initial_options": [option()]}),
    actions({"type": "radio_buttons", "options": [{"text": mrkdwn(), "value": "v"}]}),
    {"type": "divider"},
    {**IMAGE, "title": plain()},
    {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x"},
    text_input(min_length=0, max_length=3000, multiline=True, initial_value=""),
    rich(
        rich_section(
            {"type": "text", "text": "x", "style": {"bold": True}},
            {"type": "link", "url": "https://x.example"},
            {"type": "emoji", "name": "tada"},
            {"type": "date", "timestamp": 0, "format": "{date}"},
        ),
        {"type": "rich_text_quote", "elements": []},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}]},
        {"type": "rich_text_list", "style": "bullet", "elements": [rich_section()], "indent": 1},
    ),
    {"type": "markdown", "text": "x" * 12_000},
    table(100, 20, column_settings=[None, {"align": "right", "is_wrapped": True}]),
    data_table(101, 20, page_size=100, row_header_column_index=0),
    chart(),
    pie(1, 2.5),
    card(body=plain("x" * 200), actions=[button()] * 3, icon=IMAGE),
    {"type": "carousel", "elements": [card()] * 10},
    container(section(), table(), is_collapsible=True, width="wide"),
]

REFUSED: list[tuple[Block, str]] = [
    ({"type": "nonsense"}, "unsupported type: nonsense [json-pointer:/blocks/0/type]"),
    ({"type": "alert", "text": mrkdwn()}, "unsupported type: alert"),
    ({}, "missing required field: type"),
    ({"type": "section"}, "missing required field: text or fields"),
    (
        section(text=mrkdwn("x" * 3001)),
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    (section(text=mrkdwn("")), "must be more than 0 characters"),
    (section(text="x"), "must provide an object"),
    (section(text={"type": "raw_text", "text": "x"}), "unsupported type: raw_text"),
    (section(text={**mrkdwn(), "emoji": True}), "invalid additional property: emoji"),
    (
        section(fields=[mrkdwn()] * 11),
        "no more than 10 items allowed [json-pointer:/blocks/0/fields",
    ),
    (section(fields=[mrkdwn("x" * 2001)]), "must be less than 2001 characters"),
    (section(fields=[]), "no fewer than 1 items allowed"),
    (section(accessory=text_input()["element"]), "unsupported type: plain_text_input"),
    (section(colour="red"), "invalid additional property: colour [json-pointer:/blocks/0]"),
    (section(expand="yes"), "must provide a boolean"),
    (section(block_id="x" * 256), "must be less than 256 characters"),
    ({"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters"),
    ({"type": "header", "text": mrkdwn()}, "unsupported type: mrkdwn"),
    ({"type": "header", "text": plain(), "level": 5}, "must be between 1 and 4"),
    ({"type": "context", "elements": [mrkdwn()] * 11}, "no more than 10 items allowed"),
    ({"type": "context", "elements": [button()]}, "unsupported type: button"),
    (actions(), "no fewer than 1 items allowed"),
    (actions(*[button()] * 26), "no more than 25 items allowed"),
    (
        actions(button(action_id="a"), button(action_id="a")),
        "action_id must be unique: a [json-pointer:/blocks/0/elements]",
    ),
    (actions(button(text=plain("x" * 76))), "must be less than 76 characters"),
    (actions(button(text=mrkdwn())), "unsupported type: mrkdwn"),
    (actions(button(value="v" * 2001)), "must be less than 2001 characters"),
    (actions(button(url="https://" + "x" * 3000)), "must be less than 3001 characters"),
    (actions(button(url="javascript:x")), "must be a valid url"),
    (actions(button(action_id="a" * 256)), "must be less than 256 characters"),
    (actions(button(style="loud")), "must be a valid enum value: primary, danger"),
    (actions(button(disabled=True)), "invalid additional property: disabled"),
    (actions(button(accessibility_label="x" * 76)), "must be less than 76 characters"),
    (actions(select(options=[])), "no fewer than 1 items allowed"),
    (actions(select(options=[option()] * 101)), "no more than 100 items allowed"),
    (actions(select(options=[option(text="x" * 76)])), "must be less than 76 characters"),
    (actions(select(options=[option("v" * 151)])), "must be less than 151 characters"),
    (actions(select(options=[option(description=plain("x" * 76))])), "less than 76 characters"),
    (actions(select(placeholder=plain("x" * 151))), "must be less than 151 characters"),
    (actions({"type": "static_select"}), "missing required field: options or option_groups"),
    (actions(select(option_groups=[])), "no fewer than 1 items allowed"),
    (
        actions(select(option_groups=[{"label": plain("x" * 76), "options": [option()]}])),
        "must be less than 76 characters",
    ),
    (
        actions(select(option_groups=[{"label": plain(), "options": [option()]}])),
        "only one of these fields allowed: options, option_groups",
    ),
    (actions(select(initial_option=option("other"))), "initial_option must be one of the options"),
    (actions({"type": "overflow", "options": [option()] * 6}), "no more than 5 items allowed"),
    (actions({"type": "checkboxes", "options": [option()] * 11}), "no more than 10 items allowed"),
    (
        actions({"type": "checkboxes", "options": [option()], "initial_options": [option("o")]}),
        "initial_options must be among the options",
    ),
    (actions({"type": "radio_buttons", "options": [option()] * 11}), "no more than 10 items"),
    (actions(button(confirm=confirm(title=plain("x" * 101)))), "must be less than 101 characters"),
    (actions(button(confirm=confirm(text=mrkdwn("x" * 301)))), "must be less than 301 characters"),
    (actions(button(confirm=confirm(deny=plain("x" * 31)))), "must be less than 31 characters"),
    (actions(button(confirm={"title": plain()})), "missing required field: text"),
    ({"type": "image", "alt_text": "x"}, "missing required field: image_url or slack_file"),
    ({**IMAGE, "alt_text": "x" * 2001}, "must be less than 2001 characters"),
    ({**IMAGE, "image_url": "https://" + "x" * 3000}, "must be less than 3001 characters"),
    ({"type": "image", "image_url": "https://x.example"}, "missing required field: alt_text"),
    ({**text_input(), "label": plain("x" * 2001)}, "must be less than 2001 characters"),
    ({**text_input(), "hint": plain("x" * 2001)}, "must be less than 2001 characters"),
    ({**text_input(), "element": button()}, "unsupported type: button"),
    (text_input(max_length=3001), "must be between 1 and 3000"),
    (text_input(min_length=5, max_length=4), "min_length must not be greater than max_length"),
    (rich(), "no fewer than 1 items allowed"),
    (rich({"type": "text", "text": "x"}), "unsupported type: text"),
    (rich(rich_section({"type": "text", "text": ""})), "must be more than 0 characters"),
    (rich(rich_section({"type": "text", "text": "x", "style": {"big": True}})), "property: big"),
    (rich({"type": "rich_text_list", "style": "stars", "elements": [rich_section()]}), "enum"),
    ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters"),
    (table(101), "no more than 100 items allowed"),
    (table(1, 21), "no more than 20 items allowed"),
    (table(1, column_settings=[{"align": "up"}]), "must be a valid enum value: left"),
    (table(1, column_settings=[None] * 21), "no more than 20 items allowed"),
    ({"type": "table", "rows": [[raw("")]]}, "must be more than 0 characters"),
    ({"type": "table", "rows": [[raw("x" * 6000), raw("x" * 6000)]]}, "tables must be less than"),
    ({"type": "table", "rows": [[{"type": "raw_number", "text": "1"}]]}, "required field: value"),
    (data_table(1), "no fewer than 2 items allowed"),
    (data_table(102), "no more than 101 items allowed"),
    (data_table(page_size=101), "must be between 1 and 100"),
    ({**table(), "type": "data_table"}, "missing required field: caption"),
    (data_table() | {"rows": [[raw()], [raw(), raw()]]}, "the same number of cells"),
    (data_table() | {"rows": [[rich(rich_section())], [raw()]]}, "unsupported type: rich_text"),
    (chart() | {"title": "x" * 51}, "must be less than 51 characters"),
    (chart(series=[{"name": "n" * 21, "data": [{"label": "a", "value": 1}]}]), "less than 21"),
    (chart(series=[{"name": "n", "data": [{"label": "b", "value": 1}]}]), "must match axis_config"),
    (chart(series=chart()["chart"]["series"] * 2), "series names must be unique"),
    (chart(series=chart()["chart"]["series"] * 7), "no more than 6 items allowed"),
    (chart(axis_config={"categories": ["a"], "x_label": "x" * 51}), "less than 51 characters"),
    (chart(type="radar"), "unsupported type: radar"),
    (pie(0), "must be greater than 0"),
    (pie(*[1] * 7), "no more than 6 items allowed"),
    ({"type": "card"}, "missing required field: hero_image or title or actions or body"),
    (card(title="bare"), "must provide an object [json-pointer:/blocks/0/title]"),
    (card(title=mrkdwn("x" * 151)), "must be less than 151 characters"),
    (card(body=mrkdwn("x" * 201)), "must be less than 201 characters"),
    (card(actions=[button()] * 4), "no more than 3 items allowed"),
    (card(icon=IMAGE, slack_icon={"type": "icon", "name": "x"}), "icon, slack_icon"),
    ({"type": "carousel", "elements": []}, "no fewer than 1 items allowed"),
    ({"type": "carousel", "elements": [card()] * 11}, "no more than 10 items allowed"),
    (container(), "no fewer than 1 items allowed"),
    (container(*[section()] * 11), "no more than 10 items allowed"),
    (container(card()), "unsupported type: card"),
    (container(section(), title=plain("x" * 151)), "must be less than 151 characters"),
]


def problems_of(*blocks: Any) -> str:
    refused = refuse_message(text="x", blocks=list(blocks))
    assert refused is not None
    assert refused.error == "invalid_blocks"
    return "\n".join(map(str, refused.problems))


@pytest.mark.parametrize("block", TAKEN, ids=lambda block: block["type"])
def test_it_takes(block: Block) -> None:
    refused = refuse_message(text="x", blocks=[block])
    assert refused is None or refused.error == "msg_blocks_too_long"


@pytest.mark.parametrize(("block", "words"), REFUSED, ids=lambda value: str(value)[:60])
def test_it_refuses(block: Block, words: str) -> None:
    assert words in problems_of(block)


def test_fifty_blocks_and_no_more() -> None:
    assert refuse_message(text="x", blocks=[{"type": "divider"}] * 50) is None
    assert problems_of(*[{"type": "divider"}] * 51) == (
        "no more than 50 items allowed [json-pointer:/blocks]"
    )


def test_ids_of_blocks_differ_wherever_they_stand() -> None:
    assert "block_id must be unique: b" in problems_of(
        section(block_id="b"), container(section(block_id="b"))
    )


def test_markdown_and_charts_and_tables_count_over_the_whole_message() -> None:
    half = {"type": "markdown", "text": "x" * 6001}
    assert "markdown must be less than 12001 characters" in problems_of(half, half)
    assert "no more than 2 data_visualization" in problems_of(chart(), pie(1), pie(1))
    refused = refuse_message(text="x", blocks=[table(), data_table()])
    assert refused is not None
    assert refused.error == "invalid_attachments"


def test_a_message_needs_words() -> None:
    refused = refuse_message(text="", blocks=[])
    assert refused is not None
    assert refused.body() == {"ok": False, "error": "no_text"}
    assert refuse_message(text="", blocks=[section()]) is None
    assert refuse_message(text="", blocks=None, has_attachments=True) is None


def test_blocks_that_are_no_array_have_their_own_error() -> None:
    refused = refuse_message(text="x", blocks={"type": "section"})
    assert refused is not None
    assert refused.error == "invalid_blocks_format"


def test_a_refusal_says_where_it_looked() -> None:
    refused = refuse_message(text="x", blocks=[section(text=mrkdwn("x" * 3001))])
    assert refused is not None
    where = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert refused.body() == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [where],
        "response_metadata": {"messages": [f"[ERROR] {where}"]},
    }


def test_a_message_too_long_in_all_is_refused_by_its_escaped_length() -> None:
    at_the_limit = [section(text=plain("x" * 3000))] * 4 + [section(text=plain("x" * 1200))]
    assert rendered_chars(at_the_limit) == RENDERED_CHARS
    assert refuse_message(text="x", blocks=at_the_limit) is None
    for last in (plain("x" * 1201), plain("x" * 1199 + "&"), plain("x" * 1199 + "<")):
        refused = refuse_message(text="x", blocks=[*at_the_limit[:-1], section(text=last)])
        assert refused is not None
        assert refused.error == "msg_blocks_too_long"


def test_entities_and_tokens_count_as_they_are_and_headers_count_more() -> None:
    assert rendered_chars([section(text=mrkdwn("&amp;<https://x.example|x>"))]) == 26
    assert rendered_chars([section(text=plain("a&b"))]) == 7
    assert rendered_chars([{"type": "header", "text": plain("abc")}]) == 103


def test_what_is_posted_gets_ids() -> None:
    counter = iter("abcdef")
    stored = with_ids([section(accessory=button()), actions(select())], lambda: next(counter))
    assert all(block["block_id"] for block in stored)
    assert stored[0]["accessory"]["action_id"]
    assert stored[1]["elements"][0]["action_id"]
    assert len({*map(json.dumps, stored)}) == 2


def test_views_take_other_blocks_than_messages() -> None:
    alert = {"type": "alert", "text": mrkdwn(), "level": "warning"}
    assert not list(check_blocks([alert], MODAL_BLOCKS, most=100))
    assert list(check_blocks([{"type": "markdown", "text": "x"}], MODAL_BLOCKS, most=100))
    assert list(check_blocks([table()], MODAL_BLOCKS, most=100))
    assert not list(check_blocks([table()], HOME_BLOCKS, most=100))
    assert list(check_blocks([chart()], HOME_BLOCKS, most=100))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(block=st.sampled_from(TAKEN), junk=JSON, seed=st.randoms(use_true_random=False))
def test_any_json_anywhere_is_judged_and_never_breaks_the_judge(
    block: Block, junk: Any, seed: Any
) -> None:
    spoilt = deepcopy(block)
    where: Any = spoilt
    while True:
        keys = list(where) if isinstance(where, dict) else list(range(len(where)))
        key = seed.choice(keys)
        if not where[key] or not isinstance(where[key], dict | list) or seed.random() < 0.3:
            where[key] = junk
            break
        where = where[key]
    refuse_message(text="x", blocks=[spoilt])
