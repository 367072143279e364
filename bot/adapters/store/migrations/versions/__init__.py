"""Alembic finds these by their place; nothing imports them."""
