"""Huey without the Redis client; to be imported before anything else imports Huey.

Huey imports that client wherever it is installed, which costs 85 ms and 6 MB at start. AppOS talks to Redis
by itself, where the settings name one.
"""

import sys

if "redis" not in sys.modules:
    sys.modules["redis"] = None  # type: ignore[assignment]
    import huey  # noqa: F401

    del sys.modules["redis"]
