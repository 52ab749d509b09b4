"""Names of parts. What each disposition names was compared with PocketBase 0.36.2."""

import time

import pytest

from appos.web.go_mime import names_of_part


@pytest.mark.parametrize(
    ("disposition", "names"),
    [
        ('form-data; name="a"; filename="b.txt"', ("a", "b.txt")),
        ("form-data; name=a; filename=b.txt", ("a", "b.txt")),
        ('FORM-DATA ; NAME = "a" ;', ("a", "")),
        ('form-data; name="a"; name="a"', ("a", "")),
        (r'form-data; name="a\"b\\c"; filename="C:\dir\x.txt"', (r'a"b\c', r"C:\dir\x.txt")),
        ('form-data; name="a"; filename="x\udcff.txt"', ("a", "x\udcff.txt")),
        ("form-data; name*=utf-8''%c3%A9", ("é", "")),
        ("form-data; name*=us-ascii'en'%ff", ("\udcff", "")),
        ('form-data; name="a"; filename="p"; filename*=UTF-8\'\'q', ("a", "q")),
        ('form-data; name="a"; filename="p"; filename*=latin1\'\'q', ("a", "p")),
        ("form-data; name*0=a; name*1=b; name*3=c", ("ab", "")),
        ("form-data; name*0*=utf-8''%20a; name*1*=%20b; name*2=%20c", (" a b%20c", "")),
        ("form-data; name*0*=latin1''a; name*1=b", ("b", "")),
        ("form-data; name*0=x; name=a", ("x", "")),
        ("attachment; name=a; filename=b", ("", "b")),
        ("form-data/x; name=a", ("", "")),
    ],
)
def test_a_part_names_itself_and_its_file(disposition: str, names: tuple[str, str]) -> None:
    assert names_of_part(disposition) == names


@pytest.mark.parametrize(
    "disposition",
    [
        "",
        ";name=a",
        "form-data x; name=a",
        "form-data/; name=a",
        "form-data; name",
        "form-data; name=",
        'form-data; name=""',
        'form-data; name="a',
        'form-data; name="a"x',
        'form-data; name="a";;',
        "form-data; na me=a",
        "form-data; name=a; name=b",
        "form-data; name=a\udcff",
        "form-data; name=a b",
        "form-data; name*=a",
        "form-data; name*=''a",
        "form-data; name*=latin1''a",
        "form-data; name*=utf-8''%zz",
        "form-data; name*1=a",
    ],
)
def test_what_cannot_be_read_names_nothing(disposition: str) -> None:
    assert names_of_part(disposition) == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('form-data; name="' + "\\(" * 100_000, id="quotes"),
        pytest.param("form-data" + "; a=b" * 20_000, id="parameters"),
        pytest.param("form-data" + " " * 100_000 + "x", id="spaces"),
        pytest.param("form-data" + "; " * 50_000, id="ends"),
        pytest.param("form-data" + "".join(f"; n*{number}=a" for number in range(10_000)), id="pieces"),
    ],
)
def test_a_long_text_takes_no_time(text: str) -> None:
    began = time.perf_counter()
    names_of_part(text)

    assert time.perf_counter() - began < 1
