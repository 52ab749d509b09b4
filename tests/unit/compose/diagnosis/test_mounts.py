"""The short form of a volume."""

import pytest

from appos.compose.diagnosis.mounts import BadMountError, ShortMount, short


@pytest.mark.parametrize(
    ("spec", "mount", "is_bind"),
    [
        ("/data", ShortMount("", "/data"), False),
        ("data:/data", ShortMount("data", "/data"), False),
        ("./data:/data:ro,z", ShortMount("./data", "/data", ("ro", "z")), True),
        ("~/data:/data", ShortMount("~/data", "/data"), True),
        ("v:/data", ShortMount("", "v:/data"), True),
        ("C:/a:/b", ShortMount("C:/a", "/b"), True),
        ("1:/data", ShortMount("1", "/data"), False),
        ("a:", ShortMount("", "a:"), True),
    ],
)
def test_a_volume_is_read_as_compose_reads_it(spec: str, mount: ShortMount, is_bind: bool) -> None:
    assert short(spec) == mount
    assert mount.is_bind is is_bind


@pytest.mark.parametrize("spec", ["", ":/data", "data::/x", "data:", "/a:/b:", "/a:/b:ro:z"])
def test_what_compose_cannot_read_is_refused(spec: str) -> None:
    with pytest.raises(BadMountError):
        short(spec)
