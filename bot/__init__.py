"""evals-bot: a Slack bot for teams that evaluate models on Together AI."""

__version__ = "0.1.0"
