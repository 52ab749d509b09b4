"""What `build` of a service may hold."""

from appos.compose.spec.forms import (
    BOOLEAN,
    BOOLEAN_OR_TEXT,
    PAIRS,
    TEXT,
    TEXT_OR_TEXTS,
    TEXTS,
    Either,
    Keys,
    Kind,
    Meaning,
    Single,
)
from appos.compose.spec.parts import EXTRA_HOSTS, FILE_MOUNTS, ULIMITS

BUILD = Either(
    (
        TEXT,
        Keys(
            {
                "context": TEXT,
                "dockerfile": TEXT,
                "dockerfile_inline": TEXT,
                "entitlements": TEXTS,
                "args": PAIRS,
                "ssh": PAIRS,
                "labels": PAIRS,
                "cache_from": TEXTS,
                "cache_to": TEXTS,
                "no_cache": BOOLEAN,
                "no_cache_filter": TEXT_OR_TEXTS,
                "additional_contexts": PAIRS,
                "network": TEXT,
                "provenance": BOOLEAN_OR_TEXT,
                "sbom": BOOLEAN_OR_TEXT,
                "pull": BOOLEAN,
                "target": TEXT,
                "shm_size": Single((Kind.INTEGER, Kind.TEXT), meaning=Meaning.SIZE, example="64m"),
                "extra_hosts": EXTRA_HOSTS,
                "isolation": TEXT,
                "privileged": BOOLEAN,
                "secrets": FILE_MOUNTS,
                "tags": TEXTS,
                "ulimits": ULIMITS,
                "platforms": TEXTS,
            }
        ),
    ),
    example="{context: .}",
)
