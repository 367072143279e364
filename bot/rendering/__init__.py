"""Pure: values in, Slack messages out."""
