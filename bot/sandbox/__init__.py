"""A strict local Slack and a local Together. They know nothing of the bot."""
