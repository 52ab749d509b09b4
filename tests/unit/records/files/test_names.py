import re

import pytest

from appos.records.files.names import is_stored_name, original_name, stored_name
from tests.file_samples import NAMES


@pytest.mark.parametrize(("called", "template"), NAMES.items(), ids=ascii)
def test_a_stored_name_is_made_of_what_a_client_calls_a_file(called: str, template: str) -> None:
    pattern = re.escape(template).replace("\\~", "[a-z0-9]{10}").replace("~", "[a-z0-9]{10}")
    made = stored_name(original_name(called), ".txt")

    assert re.fullmatch(pattern, made)
    assert is_stored_name(made)


def test_no_two_files_have_one_name() -> None:
    assert len({stored_name("a.txt", "") for _ in range(100)}) == 100


def test_a_file_without_any_extension_has_none() -> None:
    assert re.fullmatch("bytes_[a-z0-9]{10}", stored_name("bytes", ""))


@pytest.mark.parametrize(
    "called",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        "...",
        "a/../../b.txt",
        "..\\..\\b.txt",
        "nul\0byte.t\0xt",
        "line\nbreak.t\nxt",
        "\u2024\u2024/\u2215etc\u2044passwd",
        "\uff0e\uff0e\uff0fx",
        "x." + "../" * 20,
        "\ud800.\udfff",
        "-rf.txt",
        "~root",
        "$(id).`id`",
        "",
    ],
    ids=ascii,
)
def test_hostile_names_become_harmless_ones(called: str) -> None:
    made = stored_name(original_name(called), ".txt")

    assert re.fullmatch(r"[a-z0-9][a-z0-9_]*_[a-z0-9]{10}(?:\.[0-9A-Za-z_*+=#-][0-9A-Za-z_.*+=#-]*)?", made)
    assert is_stored_name(made)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        ".hidden",
        "a/b",
        "a\\b",
        "../a",
        "/a",
        "a\0",
        "a\n",
        "a b",
        "-a",
        "caf\u00e9.txt",
        "a\u2215b",
        "a.txt.attrs",
        "x" * 151,
    ],
    ids=ascii,
)
def test_no_file_is_stored_under_a_name_that_means_more(name: str) -> None:
    assert not is_stored_name(name)
