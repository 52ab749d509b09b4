"""Huey inside the gunicorn worker, and what it runs."""

import sys

# Huey imports the Redis client wherever it is installed, which costs 85 ms and 6 MB at start. AppOS talks to
# Redis by itself, where the settings name one.
if "redis" not in sys.modules:
    sys.modules["redis"] = None  # type: ignore[assignment]
    import huey  # noqa: F401

    del sys.modules["redis"]
