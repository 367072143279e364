"""Use cases: ports, domain and rendering put together."""
