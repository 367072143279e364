"""The edge: the only users of httpx and of Slack's clients."""
