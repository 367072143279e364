"""A notice: what happened to one job, for one channel, whoever there watches it."""


GROUP_ABOVE = 5
"""More notices than this at once for one channel become one message with a table."""
