"""Files of records."""

import io
from typing import Any

import pytest

from appos.records.fields import FileField
from appos.records.uploads import Upload
from tests.unit.records.fields.parts import check, code, codes, kept, problems, put

ONE = FileField(name="f")
MANY = FileField(name="f", max_select=2)


def upload(
    name: str = "new_abcdefghij.txt", size: int = 4, media_type: str = "text/plain; charset=utf-8"
) -> Upload:
    return Upload(
        original_name="new.txt", name=name, size_bytes=size, media_type=media_type, source=io.BytesIO(b"text")
    )


NEW = upload()


@pytest.mark.parametrize(
    ("raw", "one", "many"),
    [
        (None, "", []),
        ("a.txt", "a.txt", ["a.txt"]),
        (["a.txt", "b.txt", "a.txt"], "b.txt", ["a.txt", "b.txt"]),
        (NEW, NEW, [NEW]),
        (["a.txt", NEW], NEW, ["a.txt", NEW]),
        ([["a.txt"], ["b.txt", "c.txt"]], "a.txt", ["a.txt"]),
        ('["a.txt"]', "a.txt", ["a.txt"]),
        ({}, "", []),
    ],
)
def test_names_and_new_files_are_cast(raw: Any, one: Any, many: list[Any]) -> None:
    assert ONE.cast(raw) == one
    assert MANY.cast(raw) == many


def test_a_body_may_be_larger_by_all_files_that_a_field_takes() -> None:
    assert FileField(name="f").body_bytes == 5 << 20
    assert FileField(name="f", max_size=10, max_select=3).body_bytes == 30


def test_names_are_kept() -> None:
    assert ONE.to_column(NEW) == NEW.name
    assert kept(MANY, ["a.txt", NEW]) == ["a.txt", NEW.name]


@pytest.mark.parametrize(
    ("key", "raw", "expected"),
    [("f+", NEW, ["a.txt", NEW]), ("+f", NEW, [NEW, "a.txt"]), ("f-", "a.txt", []), ("f-", NEW, ["a.txt"])],
)
def test_files_are_added_and_taken_away(key: str, raw: Any, expected: list[Any]) -> None:
    assert put(MANY, key, raw, ["a.txt"]) == expected


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (ONE, "", ""),
        (FileField(required=True), "", "validation_required"),
        (ONE, "a.txt", ""),
        (ONE, "b.txt", "validation_invalid_file"),
        (ONE, NEW, ""),
        (MANY, ["a.txt", NEW], ""),
        (MANY, ["a.txt", NEW, upload("more_abcdefghij.txt")], "validation_too_many_files"),
        (FileField(max_size=4), NEW, ""),
        (FileField(max_size=3), NEW, "validation_file_size_limit"),
        (ONE, upload(size=(5 << 20) + 1), "validation_file_size_limit"),
        (FileField(mime_types=("text/plain",)), NEW, ""),
        (FileField(mime_types=("text/xml",)), upload(media_type="text/xml"), ""),
        (FileField(mime_types=("image/png",)), NEW, "validation_invalid_mime_type"),
        (FileField(mime_types=()), NEW, ""),
        (ONE, upload("x" * 151), "validation_length_out_of_range"),
        (ONE, upload("../x"), "validation_match_invalid"),
    ],
)
def test_files_are_checked(field: FileField, value: Any, expected: str) -> None:
    assert code(check(field, value, original="a.txt")) == expected


def test_names_of_no_file_are_named() -> None:
    assert check(MANY, ["b.txt", "é" * 200]) == {
        "code": "validation_invalid_file",
        "message": f"Invalid new files: [b.txt {'é' * 125}].",
        "params": {"invalidFiles": ["b.txt", "é" * 125]},
    }


def test_what_a_file_was_called_is_said_of_its_size_and_what_it_is_called_of_its_type() -> None:
    assert check(FileField(max_size=3), NEW) == {
        "code": "validation_file_size_limit",
        "message": "Failed to upload new.txt - the maximum allowed file size is 3 bytes.",
        "params": {"file": "new.txt", "maxSize": 3},
    }
    assert check(FileField(mime_types=("image/png", "a/b")), NEW) == {
        "code": "validation_invalid_mime_type",
        "message": '"new_abcdefghij.txt" mime type must be one of: image/png, a/b.',
    }


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (FileField(name="f", max_select=-1), {"maxSelect": "validation_min_greater_equal_than_required"}),
        (FileField(name="f", max_size=2**53), {"maxSize": "validation_max_less_equal_than_required"}),
        (FileField(name="f", thumbs=("100x100", "0x5f", "5x0t", "")), {}),
    ],
)
def test_options_are_checked(field: FileField, expected: dict[str, str]) -> None:
    assert codes(problems(field)) == expected


def test_sizes_of_thumbs_are_checked_where_they_stand() -> None:
    found = problems(FileField(name="f", thumbs=("100x100", "0x0f", "5x5z", "ax5")))

    assert codes(found["thumbs"]) == {  # type: ignore[arg-type]
        "1": "validation_not_in_invalid",
        "2": "validation_match_invalid",
        "3": "validation_match_invalid",
    }
