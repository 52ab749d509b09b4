"""The collections that a new installation has, as data of the migration that describes them.

Source: a new PocketBase 0.36.2. What differs on purpose: nobody can register in `users`, and AppOS has tables
of its own that are collections too.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from zlib import crc32

Field = dict[str, Any]

KEY = "TEXT PRIMARY KEY DEFAULT ('r'||lower(hex(randomblob(7)))) NOT NULL"
TEXT = "TEXT DEFAULT '' NOT NULL"
BOOLEAN = "BOOLEAN DEFAULT FALSE NOT NULL"

OWN_ACCOUNT = "id = @request.auth.id"
OWN_RECORD = (
    "@request.auth.id != '' && recordRef = @request.auth.id && collectionRef = @request.auth.collectionId"
)


class Collection(NamedTuple):
    """One row of `_collections`; rules are those for list, view, create, update and delete."""

    name: str
    type: str
    id: str
    system: bool
    fields: Sequence[Field]
    indexes: Sequence[str]
    rules: tuple[str | None, ...] = (None,) * 5
    options: dict[str, Any] = {}


def _field(kind: str, name: str, *, hidden: bool = False, system: bool = True, **options: Any) -> Field:
    base = {"id": f"{kind}{crc32(name.encode())}", "name": name, "type": kind, "system": system}
    return base | {"hidden": hidden, "presentable": False} | options


def _text(name: str, *, required: bool = False, **options: Any) -> Field:
    own: Field = {"min": 0, "max": 0, "pattern": "", "autogeneratePattern": "", "primaryKey": False}
    return _field("text", name, **own | {"required": required} | options)


def _password(*, min: int = 0, cost: int = 0) -> Field:
    options: Field = {"min": min, "max": 0, "pattern": "", "cost": cost, "required": True}
    return _field("password", "password", hidden=True, **options)


def _number(name: str) -> Field:
    return _field("number", name, min=None, max=None, onlyInt=True, required=False)


def _date(name: str, *, hidden: bool = False) -> Field:
    return _field("date", name, hidden=hidden, min="", max="", required=False)


def _choice(name: str, *values: str) -> Field:
    return _field("select", name, values=list(values), maxSelect=1, required=True)


def _json(name: str, *, hidden: bool = False) -> Field:
    return _field("json", name, hidden=hidden, maxSize=0, required=False)


def _bool(name: str) -> Field:
    return _field("bool", name, required=False)


def _created(*, system: bool = True) -> Field:
    return _field("autodate", "created", system=system, onCreate=True, onUpdate=False)


def _updated(*, system: bool = True) -> Field:
    return _field("autodate", "updated", system=system, onCreate=True, onUpdate=True)


ID = _text(
    "id",
    required=True,
    min=15,
    max=15,
    pattern="^[a-z0-9]+$",
    autogeneratePattern="[a-z0-9]{15}",
    primaryKey=True,
)
REFERENCE = (ID, _text("collectionRef", required=True), _text("recordRef", required=True))
DATES = (_created(), _updated())

SYSTEM = (
    Collection(
        name="_mfas",
        type="base",
        id="pbc_2279338944",
        system=True,
        fields=(*REFERENCE, _text("method", required=True), *DATES),
        indexes=("CREATE INDEX `idx_mfas_collectionRef_recordRef` ON `_mfas` (collectionRef,recordRef)",),
        rules=(OWN_RECORD, OWN_RECORD, None, None, None),
    ),
    Collection(
        name="_otps",
        type="base",
        id="pbc_1638494021",
        system=True,
        fields=(*REFERENCE, _password(cost=8), _text("sentTo", hidden=True), *DATES),
        indexes=("CREATE INDEX `idx_otps_collectionRef_recordRef` ON `_otps` (collectionRef, recordRef)",),
        rules=(OWN_RECORD, OWN_RECORD, None, None, None),
    ),
    Collection(
        name="_externalAuths",
        type="base",
        id="pbc_2281828961",
        system=True,
        fields=(*REFERENCE, _text("provider", required=True), _text("providerId", required=True), *DATES),
        indexes=(
            "CREATE UNIQUE INDEX `idx_externalAuths_record_provider` "
            "ON `_externalAuths` (collectionRef, recordRef, provider)",
            "CREATE UNIQUE INDEX `idx_externalAuths_collection_provider` "
            "ON `_externalAuths` (collectionRef, provider, providerId)",
        ),
        rules=(OWN_RECORD, OWN_RECORD, None, None, OWN_RECORD),
    ),
    Collection(
        name="_authOrigins",
        type="base",
        id="pbc_4275539003",
        system=True,
        fields=(*REFERENCE, _text("fingerprint", required=True), *DATES),
        indexes=(
            "CREATE UNIQUE INDEX `idx_authOrigins_unique_pairs` "
            "ON `_authOrigins` (collectionRef, recordRef, fingerprint)",
        ),
        rules=(OWN_RECORD, OWN_RECORD, None, None, OWN_RECORD),
    ),
)

ACCOUNT_FIELDS = (
    ID,
    _password(min=8),
    _text("tokenKey", required=True, hidden=True, min=30, max=60, autogeneratePattern="[a-zA-Z0-9]{50}"),
    _field("email", "email", exceptDomains=None, onlyDomains=None, required=True),
    _bool("emailVisibility"),
    _bool("verified"),
)
IMAGES = ["image/jpeg", "image/png", "image/svg+xml", "image/gif", "image/webp"]
PROFILE_FIELDS = (
    _text("name", system=False, max=255),
    _field(
        "file",
        "avatar",
        system=False,
        maxSelect=1,
        maxSize=0,
        mimeTypes=IMAGES,
        thumbs=None,
        protected=False,
        required=False,
    ),
)
ACCOUNT_COLUMNS = {
    "id": KEY,
    "password": TEXT,
    "tokenKey": TEXT,
    "email": TEXT,
    "emailVisibility": BOOLEAN,
    "verified": BOOLEAN,
    "created": TEXT,
    "updated": TEXT,
}
ACCOUNT_TABLES = {
    "_superusers": ACCOUNT_COLUMNS,
    "users": ACCOUNT_COLUMNS | {"name": TEXT, "avatar": TEXT},
}


def _account_indexes(name: str, id_: str) -> tuple[str, str]:
    return (
        f"CREATE UNIQUE INDEX `idx_tokenKey_{id_}` ON `{name}` (`tokenKey`)",
        f"CREATE UNIQUE INDEX `idx_email_{id_}` ON `{name}` (`email`) WHERE `email` != ''",
    )


THANKS = "<p>\n  Thanks,<br/>\n  {APP_NAME} team\n</p>"


def _mail(subject: str, *paragraphs: str) -> dict[str, str]:
    return {"subject": subject, "body": "\n".join(("<p>Hello,</p>", *paragraphs))}


def _button(page: str, words: str) -> str:
    target = f"{{APP_URL}}/_/#/auth/{page}/{{TOKEN}}"
    return f'<p>\n  <a class="btn" href="{target}" target="_blank" rel="noopener">{words}</a>\n</p>'


ALERT = _mail(
    "Login from a new location",
    "<p>We noticed a login to your {APP_NAME} account from a new location:</p>",
    "<p><em>{ALERT_INFO}</em></p>",
    "<p><strong>If this wasn't you, you should immediately change your {APP_NAME} account password to revoke "
    "access from all other locations.</strong></p>",
    "<p>If this was you, you may disregard this email.</p>",
    THANKS,
)
ONE_TIME_PASSWORD = _mail(
    "OTP for {APP_NAME}",
    "<p>Your one-time password is: <strong>{OTP}</strong></p>",
    "<p><i>If you didn't ask for the one-time password, you can ignore this email.</i></p>",
    THANKS,
)
MAILS = {
    "verificationTemplate": _mail(
        "Verify your {APP_NAME} email",
        "<p>Thank you for joining us at {APP_NAME}.</p>",
        "<p>Click on the button below to verify your email address.</p>",
        _button("confirm-verification", "Verify"),
        THANKS,
    ),
    "resetPasswordTemplate": _mail(
        "Reset your {APP_NAME} password",
        "<p>Click on the button below to reset your password.</p>",
        _button("confirm-password-reset", "Reset password"),
        "<p><i>If you didn't ask to reset your password, you can ignore this email.</i></p>",
        THANKS,
    ),
    "confirmEmailChangeTemplate": _mail(
        "Confirm your {APP_NAME} new email address",
        "<p>Click on the button below to confirm your new email address.</p>",
        _button("confirm-email-change", "Confirm new email"),
        "<p><i>If you didn't ask to change your email address, you can ignore this email.</i></p>",
        THANKS,
    ),
}


def _account_options(mapped: dict[str, str]) -> dict[str, Any]:
    """Return the options of an auth collection but for its tokens, which are kept."""
    fields = {"id": "", "name": "", "username": "", "avatarURL": ""}
    return {
        "authRule": "",
        "manageRule": None,
        "authAlert": {"enabled": True, "emailTemplate": ALERT},
        "oauth2": {"providers": [], "mappedFields": fields | mapped, "enabled": False},
        "passwordAuth": {"enabled": True, "identityFields": ["email"]},
        "mfa": {"enabled": False, "duration": 1800, "rule": ""},
        "otp": {"enabled": False, "duration": 180, "length": 8, "emailTemplate": ONE_TIME_PASSWORD},
        **MAILS,
    }


ACCOUNTS = (
    Collection(
        name="_superusers",
        type="auth",
        id="pbc_3142635823",
        system=True,
        fields=(*ACCOUNT_FIELDS, *DATES),
        indexes=_account_indexes("_superusers", "pbc_3142635823"),
        options=_account_options({}),
    ),
    Collection(
        name="users",
        type="auth",
        id="_pb_users_auth_",
        system=False,
        fields=(*ACCOUNT_FIELDS, *PROFILE_FIELDS, _created(system=False), _updated(system=False)),
        indexes=_account_indexes("users", "_pb_users_auth_"),
        rules=(OWN_ACCOUNT, OWN_ACCOUNT, None, OWN_ACCOUNT, OWN_ACCOUNT),
        options=_account_options({"name": "name", "avatarURL": "avatar"}),
    ),
)

STATES = ("queued", "running", "succeeded", "failed", "cancelled", "interrupted")
# Tables of AppOS's own; what tells how it works inside, or may be secret, is hidden. Of the indexes of jobs
# one is not named: its condition has parentheses, which the texts of indexes cannot have.
SERVICES = (
    Collection(
        name="jobs",
        type="base",
        id="pbc_2409499253",
        system=True,
        fields=(
            ID,
            _text("kind", required=True),
            _text("subject"),
            _json("args", hidden=True),
            _text("requestedBy"),
            _choice("state", *STATES),
            _json("steps"),
            _number("progressDone"),
            _number("progressTotal"),
            _text("progressMessage"),
            _text("errorCode"),
            _text("errorMessage"),
            _bool("isResumable"),
            _number("attempt"),
            _number("timeoutSeconds"),
            _text("boot", hidden=True),
            _text("cancelRequestedBy"),
            _text("scheduledFor"),
            _date("due"),
            _date("started"),
            _date("heartbeat", hidden=True),
            _date("deadline"),
            _date("finished"),
            *DATES,
        ),
        indexes=(
            "CREATE UNIQUE INDEX `idx_jobs_running` ON `jobs` (`subject`) "
            "WHERE state = 'running' AND subject != ''",
            "CREATE UNIQUE INDEX `idx_jobs_schedule` ON `jobs` (`kind`, `scheduledFor`) "
            "WHERE scheduledFor != ''",
            "CREATE INDEX `idx_jobs_created` ON `jobs` (`created`)",
        ),
        options={"isWrittenByServices": True},
    ),
    Collection(
        name="audit",
        type="base",
        id="pbc_1499349394",
        system=True,
        fields=(
            ID,
            _text("actor", required=True),
            _text("actorId"),
            _text("action", required=True),
            _text("subject"),
            _text("address"),
            _choice("result", "success", "failure"),
            _text("detail"),
            _created(),
        ),
        indexes=("CREATE INDEX `idx_audit_created` ON `audit` (`created`)",),
        options={"isWrittenByServices": True},
    ),
)
