"""Collections and settings, the two auth collections, the claim, jobs and the audit trail."""

import json
import sqlite3
from typing import Any

from appos.store.values import random_text, timestamp

AUTH_COLUMNS = """
        id TEXT PRIMARY KEY NOT NULL,
        password TEXT NOT NULL DEFAULT '',
        tokenKey TEXT NOT NULL DEFAULT '',
        email TEXT NOT NULL DEFAULT '',
        emailVisibility BOOLEAN NOT NULL DEFAULT FALSE,
        verified BOOLEAN NOT NULL DEFAULT FALSE,
        created TEXT NOT NULL DEFAULT '',
        updated TEXT NOT NULL DEFAULT ''
"""

STATEMENTS = (
    "CREATE TABLE _probe (id INTEGER PRIMARY KEY CHECK (id = 1), written REAL NOT NULL)",
    """
    CREATE TABLE _params (
        id TEXT PRIMARY KEY NOT NULL,
        value TEXT,
        created TEXT NOT NULL,
        updated TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE _collections (
        id TEXT PRIMARY KEY NOT NULL,
        system BOOLEAN NOT NULL DEFAULT FALSE,
        type TEXT NOT NULL DEFAULT 'base',
        name TEXT UNIQUE NOT NULL,
        fields TEXT NOT NULL DEFAULT '[]',
        indexes TEXT NOT NULL DEFAULT '[]',
        listRule TEXT,
        viewRule TEXT,
        createRule TEXT,
        updateRule TEXT,
        deleteRule TEXT,
        options TEXT NOT NULL DEFAULT '{}',
        created TEXT NOT NULL,
        updated TEXT NOT NULL
    )
    """,
    f"CREATE TABLE _superusers ({AUTH_COLUMNS})",
    "CREATE UNIQUE INDEX idx_tokenKey_pbc_3142635823 ON _superusers (tokenKey)",
    "CREATE UNIQUE INDEX idx_email_pbc_3142635823 ON _superusers (email) WHERE email != ''",
    f"CREATE TABLE users ({AUTH_COLUMNS}, name TEXT NOT NULL DEFAULT '', avatar TEXT NOT NULL DEFAULT '')",
    "CREATE UNIQUE INDEX idx_tokenKey__pb_users_auth_ ON users (tokenKey)",
    "CREATE UNIQUE INDEX idx_email__pb_users_auth_ ON users (email) WHERE email != ''",
    # The one row of this table closes the claim of the installation for ever.
    """
    CREATE TABLE _claim (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        claimedBy TEXT NOT NULL,
        created TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL DEFAULT '',
        args TEXT NOT NULL DEFAULT '{}',
        requestedBy TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL CHECK (
            state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
        steps TEXT NOT NULL DEFAULT '[]',
        progressDone INTEGER NOT NULL DEFAULT 0,
        progressTotal INTEGER NOT NULL DEFAULT 0,
        progressMessage TEXT NOT NULL DEFAULT '',
        errorCode TEXT NOT NULL DEFAULT '',
        errorMessage TEXT NOT NULL DEFAULT '',
        isResumable BOOLEAN NOT NULL DEFAULT FALSE,
        attempt INTEGER NOT NULL DEFAULT 0,
        timeoutSeconds INTEGER NOT NULL,
        boot TEXT NOT NULL DEFAULT '',
        cancelRequestedBy TEXT NOT NULL DEFAULT '',
        scheduledFor TEXT NOT NULL DEFAULT '',
        due TEXT NOT NULL DEFAULT '',
        started TEXT NOT NULL DEFAULT '',
        heartbeat TEXT NOT NULL DEFAULT '',
        deadline TEXT NOT NULL DEFAULT '',
        finished TEXT NOT NULL DEFAULT '',
        created TEXT NOT NULL,
        updated TEXT NOT NULL
    )
    """,
    # The lock of a subject: at most one job runs on it.
    "CREATE UNIQUE INDEX idx_jobs_running ON jobs (subject) WHERE state = 'running' AND subject != ''",
    # A schedule fires once a minute, however often its process starts in that minute.
    "CREATE UNIQUE INDEX idx_jobs_schedule ON jobs (kind, scheduledFor) WHERE scheduledFor != ''",
    "CREATE INDEX idx_jobs_open ON jobs (state) WHERE state IN ('queued', 'running')",
    "CREATE INDEX idx_jobs_created ON jobs (created)",
    """
    CREATE TABLE jobLogs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        created TEXT NOT NULL,
        text TEXT NOT NULL
    )
    """,
    "CREATE INDEX idx_jobLogs_job ON jobLogs (job, id)",
    """
    CREATE TABLE audit (
        id TEXT PRIMARY KEY NOT NULL,
        actor TEXT NOT NULL,
        actorId TEXT NOT NULL DEFAULT '',
        action TEXT NOT NULL,
        subject TEXT NOT NULL DEFAULT '',
        address TEXT NOT NULL DEFAULT '',
        result TEXT NOT NULL CHECK (result IN ('success', 'failure')),
        detail TEXT NOT NULL DEFAULT '',
        created TEXT NOT NULL
    )
    """,
    "CREATE INDEX idx_audit_created ON audit (created)",
    "CREATE TRIGGER audit_appends BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'append only'); END",
)

RESET_BODY = """<p>Hello,</p>
<p>Choose a new password for your {APP_NAME} account:</p>
<p><a class="btn" href="{APP_URL}/_/reset#token={TOKEN}" target="_blank" rel="noopener">Reset password</a></p>
<p><i>If you did not ask for this, nothing has changed and you can ignore this mail.</i></p>"""


def upgrade(connection: sqlite3.Connection) -> None:
    """Create the tables, the two auth collections, and the secrets of this installation."""
    for statement in STATEMENTS:
        connection.execute(statement)
    now = timestamp()
    own = "id = @request.auth.id"
    profile = [
        _field("text", "name", "text1579384326", system=False, max=255, min=0),
        _field("file", "avatar", "file376926767", system=False, maxSelect=1, maxSize=0, mimeTypes=IMAGES),
    ]
    _collection(connection, "pbc_3142635823", "_superusers", system=True, extra=[], rule=None, seconds=86400)
    _collection(connection, "_pb_users_auth_", "users", system=False, extra=profile, rule=own, seconds=604800)
    connection.execute(
        "INSERT INTO _params VALUES ('sessionSecret', ?, ?, ?)", (json.dumps(random_text(64)), now, now)
    )
    connection.execute(
        "INSERT INTO _params VALUES ('claimToken', ?, ?, ?)", (json.dumps(random_text(43)), now, now)
    )


IMAGES = ["image/jpeg", "image/png", "image/svg+xml", "image/gif", "image/webp"]


def _field(kind: str, name: str, id_: str, *, system: bool = True, **options: Any) -> dict[str, Any]:
    base = {"id": id_, "name": name, "type": kind, "system": system, "hidden": False, "presentable": False}
    return base | options


def _auth_fields() -> list[dict[str, Any]]:
    key: dict[str, Any] = {
        "autogeneratePattern": "[a-zA-Z0-9]{50}",
        "min": 30,
        "max": 60,
        "hidden": True,
        "required": True,
    }
    id_: dict[str, Any] = {
        "autogeneratePattern": "[a-z0-9]{15}",
        "pattern": "^[a-z0-9]+$",
        "min": 15,
        "max": 15,
    }
    return [
        _field("text", "id", "text3208210256", **id_, primaryKey=True, required=True),
        _field("password", "password", "password901924565", min=8, max=0, cost=0, hidden=True, required=True),
        _field("text", "tokenKey", "text2504183744", **key),
        _field("email", "email", "email3885137012", required=True),
        _field("bool", "emailVisibility", "bool1547992806", required=False),
        _field("bool", "verified", "bool256245529", required=False),
    ]


def _dates(*, system: bool) -> list[dict[str, Any]]:
    return [
        _field("autodate", "created", "autodate2990389176", system=system, onCreate=True, onUpdate=False),
        _field("autodate", "updated", "autodate3332085495", system=system, onCreate=True, onUpdate=True),
    ]


def _token(seconds: int) -> dict[str, Any]:
    return {"secret": random_text(50), "duration": seconds}


def _collection(
    connection: sqlite3.Connection,
    id_: str,
    name: str,
    *,
    system: bool,
    extra: list[dict[str, Any]],
    rule: str | None,
    seconds: int,
) -> None:
    now = timestamp()
    indexes = [
        f"CREATE UNIQUE INDEX `idx_tokenKey_{id_}` ON `{name}` (`tokenKey`)",
        f"CREATE UNIQUE INDEX `idx_email_{id_}` ON `{name}` (`email`) WHERE `email` != ''",
    ]
    options = {
        "authRule": "",
        "manageRule": None,
        "passwordAuth": {"enabled": True, "identityFields": ["email"]},
        "authToken": _token(seconds),
        "passwordResetToken": _token(1800),
        "emailChangeToken": _token(1800),
        "verificationToken": _token(259200),
        "fileToken": _token(180),
        "resetPasswordTemplate": {"subject": "Reset your {APP_NAME} password", "body": RESET_BODY},
    }
    fields = _auth_fields() + extra + _dates(system=system)
    values = (id_, system, name, json.dumps(fields), json.dumps(indexes), rule, rule, None, rule, rule)
    connection.execute(
        "INSERT INTO _collections VALUES (?, ?, 'auth', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*values, json.dumps(options), now, now),
    )
