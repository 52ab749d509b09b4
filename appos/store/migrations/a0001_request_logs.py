"""Request logs, in PocketBase's shape."""

import sqlite3

STATEMENTS = (
    """
    CREATE TABLE _logs (
        id TEXT PRIMARY KEY NOT NULL,
        level INTEGER NOT NULL DEFAULT 0,
        message TEXT NOT NULL DEFAULT '',
        data TEXT NOT NULL DEFAULT '{}',
        created TEXT NOT NULL
    )
    """,
    "CREATE INDEX idx_logs_level ON _logs (level)",
    "CREATE INDEX idx_logs_created ON _logs (created)",
)


def upgrade(connection: sqlite3.Connection) -> None:
    """Create the table of request logs."""
    for statement in STATEMENTS:
        connection.execute(statement)
