"""Slack's rich_text block, as rules.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block publishes no limit on its text;
the sum over a message is limited all the same (``blocks.RENDERED_CHARS``).
"""

from bot.sandbox.slack.rules import (
    Rule,
    boolean,
    items,
    kinds,
    number,
    one_of,
    record,
    string,
    web_address,
    whole,
)

_UNLIMITED = 1_000_000
_LINK_CHARS = 3000
_SOME = string(most=_UNLIMITED)
_STYLE: dict[str, Rule] = {
    "style": record(
        optional=dict.fromkeys(
            ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight"),
            boolean,
        )
    )
}

_TEXT = record(required={"text": _SOME}, optional=_STYLE)
_LINK = record(
    required={"url": web_address(most=_LINK_CHARS)},
    optional={**_STYLE, "text": _SOME, "unsafe": boolean},
)
_INLINE = kinds(
    {
        "text": _TEXT,
        "link": _LINK,
        "emoji": record(
            required={"name": _SOME}, optional={**_STYLE, "unicode": _SOME, "url": _SOME}
        ),
        "user": record(required={"user_id": _SOME}, optional=_STYLE),
        "usergroup": record(required={"usergroup_id": _SOME}, optional=_STYLE),
        "channel": record(required={"channel_id": _SOME}, optional=_STYLE),
        "broadcast": record(
            required={"range": one_of("here", "channel", "everyone")}, optional=_STYLE
        ),
        "date": record(
            required={"timestamp": number, "format": _SOME},
            optional={**_STYLE, "url": web_address(most=_LINK_CHARS), "fallback": _SOME},
        ),
        "color": record(required={"value": _SOME}),
    }
)
_BORDER: dict[str, Rule] = {"border": whole(0, 1)}
_INLINES = {"elements": items(_INLINE, least=0, most=_UNLIMITED)}
_SECTION = record(required=_INLINES)

RICH_TEXT = record(
    required={
        "elements": items(
            kinds(
                {
                    "rich_text_section": _SECTION,
                    "rich_text_quote": record(required=_INLINES, optional=_BORDER),
                    "rich_text_preformatted": record(
                        required={
                            "elements": items(
                                kinds({"text": _TEXT, "link": _LINK}), least=0, most=_UNLIMITED
                            )
                        },
                        optional={**_BORDER, "language": _SOME},
                    ),
                    "rich_text_list": record(
                        required={
                            "style": one_of("bullet", "ordered"),
                            "elements": items(
                                kinds({"rich_text_section": _SECTION}), most=_UNLIMITED
                            ),
                        },
                        optional={**_BORDER, "indent": whole(0, 8), "offset": whole(0, _UNLIMITED)},
                    ),
                }
            ),
            most=_UNLIMITED,
        )
    },
    optional={"block_id": string(most=255)},
)
