"""What the host (`app` is '') and each app used, by the half minute, later by five."""

import sqlite3

STATEMENTS = (
    """
    CREATE TABLE metrics (
        app TEXT NOT NULL,
        time INTEGER NOT NULL,
        cpuPercent REAL,
        memoryBytes INTEGER,
        receivedBytesPerSecond REAL,
        sentBytesPerSecond REAL,
        diskBytes INTEGER,
        load REAL,
        PRIMARY KEY (app, time)
    ) WITHOUT ROWID
    """,
)


def upgrade(connection: sqlite3.Connection) -> None:
    """Create the table of metrics."""
    for statement in STATEMENTS:
        connection.execute(statement)
