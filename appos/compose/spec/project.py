"""The keys of a whole project: what stands at the top level of a file."""

from appos.compose.spec.forms import (
    BOOLEAN,
    NAMES,
    OPTIONS,
    PAIRS,
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
from appos.compose.spec.service import SERVICE


def _external(*, is_closed: bool) -> Either:
    """Return the forms of `external`, of which the one with a name is an old one."""
    return Either(
        (
            Single((Kind.BOOLEAN, Kind.TEXT), meaning=Meaning.BOOLEAN),
            Keys(
                {"name": TEXT},
                extensions=is_closed,
                closed=is_closed,
            ),
        ),
        example="true",
    )


NETWORK = Keys(
    {
        "name": TEXT,
        "driver": TEXT,
        "driver_opts": OPTIONS,
        "ipam": Keys(
            {
                "driver": TEXT,
                "config": Several(
                    Keys(
                        {
                            "subnet": TEXT,
                            "ip_range": TEXT,
                            "gateway": TEXT,
                            "aux_addresses": Keys(others=TEXT, extensions=False),
                        }
                    ),
                    example="[{subnet: 10.0.0.0/24}]",
                ),
                "options": Keys(others=TEXT, extensions=False),
            }
        ),
        "external": _external(is_closed=True),
        "internal": BOOLEAN,
        "enable_ipv4": BOOLEAN,
        "enable_ipv6": BOOLEAN,
        "attachable": BOOLEAN,
        "labels": PAIRS,
    },
    nullable=True,
)

VOLUME = Keys(
    {
        "name": TEXT,
        "driver": TEXT,
        "driver_opts": OPTIONS,
        "external": _external(is_closed=True),
        "labels": PAIRS,
    },
    nullable=True,
)

SECRET = Keys(
    {
        "name": TEXT,
        "environment": TEXT,
        "file": TEXT,
        "external": _external(is_closed=False),
        "labels": PAIRS,
        "driver": TEXT,
        "driver_opts": OPTIONS,
        "template_driver": TEXT,
    },
    example="{file: ./my-secret}",
)

CONFIG = Keys(
    {
        "name": TEXT,
        "content": TEXT,
        "environment": TEXT,
        "file": TEXT,
        "external": _external(is_closed=False),
        "labels": PAIRS,
        "template_driver": TEXT,
    },
    example="{file: ./my-config}",
)

AI_MODEL = Keys(
    {
        "name": TEXT,
        "model": TEXT,
        "context_size": Single((Kind.INTEGER,)),
        "runtime_flags": TEXTS,
    },
    required=("model",),
)

INCLUDE = Several(
    Either(
        (
            TEXT,
            Keys(
                {"path": TEXT_OR_TEXTS, "env_file": TEXT_OR_TEXTS, "project_directory": TEXT},
                extensions=False,
            ),
        )
    ),
    example="[other-compose.yaml]",
)


def _named(form: Form, *, is_closed: bool = True) -> Keys:
    """Return the form of a section: names, each with what it stands for."""
    return Keys(others=form, names=NAMES, extensions=False, closed=is_closed)


PROJECT = Keys(
    {
        "version": TEXT,
        "name": TEXT,
        "include": INCLUDE,
        "services": _named(SERVICE),
        "models": _named(AI_MODEL, is_closed=False),
        "networks": _named(NETWORK, is_closed=False),
        "volumes": _named(VOLUME),
        "secrets": _named(SECRET),
        "configs": _named(CONFIG),
    }
)

# The sections of a project, and what one thing in them is called.
SECTIONS = {
    "services": "service",
    "networks": "network",
    "volumes": "volume",
    "configs": "config",
    "secrets": "secret",
    "models": "model",
}
