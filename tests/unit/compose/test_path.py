"""Paths of the model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appos.compose.path import Part, joined, parsed


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ((), ""),
        (("services",), "services"),
        (("services", "web", "ports", 0), "services.web.ports[0]"),
        (("services", "a.b", "image"), 'services["a.b"].image'),
        (("services", "", 3), 'services[""][3]'),
        (("a b", "c"), '["a b"].c'),
        (("x", 'quo"te\\'), 'x["quo\\"te\\\\"]'),
        (("x", "line\nend"), 'x["line\\nend"]'),
        (("services", "web", "environment", "FOO"), "services.web.environment.FOO"),
        (("x", "0"), "x.0"),
    ],
)
def test_a_path_is_written_and_read_back(parts: tuple[Part, ...], path: str) -> None:
    assert joined(*parts) == path
    assert parsed(path) == parts


@pytest.mark.parametrize("path", [".", "a.", ".a", "a..b", "a[", "a[x]", "a]", 'a["]', "a b", "[0]x"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        parsed(path)


@given(st.lists(st.text() | st.integers(0, 10**9)))
def test_every_path_is_read_back(parts: list[Part]) -> None:
    assert parsed(joined(*parts)) == tuple(parts)
