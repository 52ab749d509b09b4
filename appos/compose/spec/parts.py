"""Parts that several keys of the specification share."""

from appos.compose.spec.forms import (
    BOOLEAN,
    BOOLEAN_OR_TEXT,
    COMMAND,
    DURATION,
    INTEGER,
    INTEGER_OR_TEXT,
    NAMES,
    NULL,
    OPTIONS,
    PAIRS,
    READ_BOOLEAN,
    STRICT_BOOLEAN,
    STRICT_NUMBER,
    TEXT,
    TEXT_OR_TEXTS,
    TEXTS,
    Either,
    Form,
    Keys,
    Kind,
    Meaning,
    Several,
    Single,
)

HEALTHCHECK = Keys(
    {
        "disable": BOOLEAN,
        "interval": DURATION,
        "retries": Single((Kind.NUMBER, Kind.TEXT), meaning=Meaning.INTEGER, example="3"),
        "test": Either((TEXT, TEXTS), example='["CMD-SHELL", "curl -f http://localhost/"]'),
        "timeout": DURATION,
        "start_period": DURATION,
        "start_interval": DURATION,
    }
)

HOOK = Keys(
    {
        "command": COMMAND,
        "user": TEXT,
        "privileged": BOOLEAN,
        "working_dir": TEXT,
        "environment": PAIRS,
    },
    required=("command",),
)

PRE_START_HOOK = Keys(
    {
        "command": COMMAND,
        "image": TEXT,
        "user": TEXT,
        "privileged": BOOLEAN,
        "working_dir": TEXT,
        "environment": PAIRS,
        "per_replica": BOOLEAN,
    }
)

DEVELOP = Keys(
    {
        "watch": Several(
            Keys(
                {
                    "ignore": TEXT_OR_TEXTS,
                    "include": TEXT_OR_TEXTS,
                    "path": TEXT,
                    "action": Single(
                        (Kind.TEXT,), choices=("rebuild", "sync", "restart", "sync+restart", "sync+exec")
                    ),
                    "target": TEXT,
                    "exec": HOOK,
                    "initial_sync": STRICT_BOOLEAN,
                },
                required=("path", "action"),
            )
        )
    },
    nullable=True,
)

FILE_MOUNTS = Several(
    Either(
        (
            TEXT,
            Keys(
                {
                    "source": TEXT,
                    "target": TEXT,
                    "uid": TEXT,
                    "gid": TEXT,
                    "mode": Single((Kind.NUMBER, Kind.TEXT), meaning=Meaning.INTEGER, example="0440"),
                }
            ),
        )
    ),
    example="[my-name]",
)

ULIMITS = Keys(
    others=Either(
        (
            INTEGER,
            Keys({"hard": INTEGER, "soft": INTEGER}, required=("soft", "hard")),
        ),
        example="{soft: 1024, hard: 4096}",
    ),
    names="^[a-z]+$",
    extensions=False,
    closed=False,
)

EXTRA_HOSTS = Either(
    (
        Keys(others=Either((TEXT, TEXTS)), extensions=False),
        TEXTS,
    ),
    example='["name:192.0.2.1"]',
)

_DEVICE: dict[str, Form] = {
    "capabilities": TEXTS,
    "count": INTEGER_OR_TEXT,
    "device_ids": TEXTS,
    "driver": TEXT,
    "options": PAIRS,
}
DEVICE_REQUESTS = Several(Keys(_DEVICE, required=("capabilities",)))
GPUS = Either(
    (Single((Kind.TEXT,), choices=("all",)), Several(Keys(_DEVICE, extensions=False, closed=False))),
    example="all",
)

ENV_FILES = Either(
    (
        TEXT,
        Several(
            Either(
                (
                    TEXT,
                    Keys(
                        {"path": TEXT, "format": TEXT, "required": BOOLEAN_OR_TEXT},
                        required=("path",),
                        extensions=False,
                    ),
                )
            )
        ),
    ),
    example="[.env]",
)

BLKIO_LIMITS = Several(Keys({"path": TEXT, "rate": INTEGER_OR_TEXT}, extensions=False))
BLKIO_WEIGHTS = Several(Keys({"path": TEXT, "weight": INTEGER_OR_TEXT}, extensions=False))
BLKIO = Keys(
    {
        "device_read_bps": BLKIO_LIMITS,
        "device_read_iops": BLKIO_LIMITS,
        "device_write_bps": BLKIO_LIMITS,
        "device_write_iops": BLKIO_LIMITS,
        "weight": INTEGER_OR_TEXT,
        "weight_device": BLKIO_WEIGHTS,
    },
    extensions=False,
)

DEPENDS_ON = Either(
    (
        TEXTS,
        Keys(
            others=Keys(
                {
                    "restart": BOOLEAN,
                    "required": READ_BOOLEAN,
                    "condition": Single(
                        (Kind.TEXT,),
                        choices=("service_started", "service_healthy", "service_completed_successfully"),
                    ),
                },
                required=("condition",),
                example="{condition: service_started}",
            ),
            names=NAMES,
            extensions=False,
        ),
    ),
    example="[other-service]",
)

ATTACHMENTS = Either(
    (
        TEXTS,
        Keys(
            others=Either(
                (
                    Keys(
                        {
                            "aliases": TEXTS,
                            "interface_name": TEXT,
                            "ipv4_address": TEXT,
                            "ipv6_address": TEXT,
                            "link_local_ips": TEXTS,
                            "mac_address": TEXT,
                            "driver_opts": OPTIONS,
                            "priority": STRICT_NUMBER,
                            "gw_priority": STRICT_NUMBER,
                        }
                    ),
                    NULL,
                )
            ),
            names=NAMES,
            extensions=False,
        ),
    ),
    example="[my-network]",
)

MODEL_BINDINGS = Either(
    (
        TEXTS,
        Keys(
            others=Either((Keys({"endpoint_var": TEXT, "model_var": TEXT}), NULL)),
            names=NAMES,
            extensions=False,
            closed=False,
        ),
    )
)

PORTS = Several(
    Either(
        (
            Single((Kind.NUMBER,)),
            TEXT,
            Keys(
                {
                    "name": TEXT,
                    "mode": TEXT,
                    "host_ip": TEXT,
                    "target": INTEGER,
                    "published": INTEGER_OR_TEXT,
                    "protocol": TEXT,
                    "app_protocol": TEXT,
                }
            ),
        ),
        example='"8080:80"',
    ),
    example='["8080:80"]',
)


LOGGING = Keys(
    {
        "driver": TEXT,
        "options": Keys(others=Single((Kind.TEXT, Kind.NUMBER, Kind.NULL)), extensions=False),
    }
)

SIZE_OR_INTEGER = Single((Kind.INTEGER, Kind.TEXT), meaning=Meaning.SIZE, example="512m")
