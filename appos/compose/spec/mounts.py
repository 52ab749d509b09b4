"""What an entry of `volumes` of a service may be."""

from appos.compose.spec.forms import (
    BOOLEAN,
    NUMBER_OR_TEXT,
    PAIRS,
    TEXT,
    Either,
    Keys,
    Kind,
    Meaning,
    Several,
    Single,
)

MOUNTS = Several(
    Either(
        (
            TEXT,
            Keys(
                {
                    "type": Single(
                        (Kind.TEXT,), choices=("bind", "volume", "tmpfs", "cluster", "npipe", "image")
                    ),
                    "source": TEXT,
                    "target": TEXT,
                    "read_only": BOOLEAN,
                    "consistency": TEXT,
                    "bind": Keys(
                        {
                            "propagation": TEXT,
                            "create_host_path": BOOLEAN,
                            "recursive": Single(
                                (Kind.TEXT,), choices=("enabled", "disabled", "writable", "readonly")
                            ),
                            "selinux": Single((Kind.TEXT,), choices=("z", "Z")),
                        }
                    ),
                    "volume": Keys({"labels": PAIRS, "nocopy": BOOLEAN, "subpath": TEXT}),
                    "tmpfs": Keys(
                        {
                            "size": Either(
                                (
                                    Single((Kind.INTEGER,), lowest=0),
                                    Single((Kind.TEXT,), meaning=Meaning.SIZE),
                                ),
                                example="64m",
                            ),
                            "mode": NUMBER_OR_TEXT,
                        }
                    ),
                    "image": Keys({"subpath": TEXT}),
                },
                required=("type",),
            ),
        ),
        example='"data:/var/lib/data"',
    ),
    example='["data:/var/lib/data"]',
)
