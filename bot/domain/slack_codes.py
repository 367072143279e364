"""What Slack's error codes mean to a message of ours: whose fault it is, and whether it was taken.

The codes are those of chat.postMessage, conversations.history and conversations.join, each from its
page under https://docs.slack.dev/reference/methods. A code in none of these sets is a refusal that
an operator has to look at (``missing_scope``, ``message_limit_exceeded``, what Slack adds next).
"""

# "It's possible some aspect of the operation succeeded before the error was raised."
DOUBTFUL = frozenset({"internal_error", "fatal_error", "service_unavailable"})

BUSY = frozenset({"ratelimited", "rate_limited"})

# Slack read no whole request, or turns every one down until a migration is over.
PASSING = frozenset({"request_timeout", "team_added_to_org"})

MESSAGE_FAULTS = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_blocks_too_many",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
        "attachment_payload_limit_exceeded",
        "invalid_attachments",
        "only_one_table_allowed",
        "markdown_text_conflict",
        "metadata_too_large",
        "invalid_metadata_format",
        "invalid_metadata_schema",
    }
)
THREAD_FAULTS = frozenset(
    {
        "cannot_reply_to_message",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
    }
)
"""The thread is closed to us; the channel itself may well be open."""

CHANNEL_FAULTS = THREAD_FAULTS | {
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "ekm_access_denied",
    "messages_tab_disabled",
    "method_not_supported_for_channel_type",
    "too_many_members",
}
TOKEN_FAULTS = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "org_login_required",
        "access_denied",
        "accesslimited",
        "two_factor_setup_required",
        "team_not_found",
    }
)
