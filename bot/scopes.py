"""The OAuth scopes that the bot asks for, each with what it is for. The manifest holds the same."""

# https://docs.slack.dev/reference/scopes
SCOPES = {
    "commands": "the /evals command",
    "chat:write": "notices in channels that the bot is in",
    "channels:join": "joining a public channel that is to be watched",
    "channels:read": "seeing whether the bot is in a public channel",
    "groups:read": "the same for a private channel",
    "users:read": "telling members from guests",
}
OPTIONAL_SCOPES = {
    "channels:history": "finding out whether a notice arrived when Slack did not say, in public",
    "groups:history": "the same in private channels",
}
"""Without these a doubtful notice is repeated and marked, or parked: see ``EVALS_IN_DOUBT``."""
