"""The OAuth scopes that the bot asks for, each with what it is for. The manifest holds the same."""

SCOPES = {
    "commands": "the /evals command",
    "users:read": "telling members from guests",
    "channels:read": "seeing whether the bot is in a public channel of EVALS_CHANNEL",
    "groups:read": "the same for a private channel",
}
"""https://docs.slack.dev/reference/scopes."""
