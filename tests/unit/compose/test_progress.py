"""What Docker Compose says, as steps, warnings and last words."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appos.compose.progress import LAST_LINES, LONGEST_LINE, MOST_WARNINGS, Lines, Report, Step
from appos.compose.veil import Veil


def told(lines: Iterable[str], veil: Veil | None = None) -> tuple[list[Step], Report]:
    """The steps of these lines, and the report."""
    steps: list[Step] = []
    report = Report(veil or Veil(), steps.append)
    for line in lines:
        report.take(line)
    return steps, report


def cut(*chunks: bytes) -> list[str]:
    """The lines of these chunks."""
    lines = Lines()
    return [line for chunk in chunks for line in lines.feed(chunk)] + list(lines.end())


def test_a_report_is_a_step() -> None:
    steps, _ = told(['{"id":"Container shop-web-1","status":"Working","text":"Creating"}'])

    assert steps == [Step(id="Container shop-web-1", status="Working", text="Creating")]


def test_a_layer_has_its_image_and_its_numbers() -> None:
    line = json.dumps(
        {
            "id": "4f4fb700ef54",
            "parent_id": "Image postgres:17",
            "status": "Working",
            "text": "Downloading",
            "details": "[=>  ] 1MB/2MB",
            "current": 1_000_000,
            "total": 2_000_000,
            "percent": 50,
        }
    )

    (step,), _ = told([line])

    assert (step.parent, step.current, step.total, step.percent) == (
        "Image postgres:17",
        1_000_000,
        2_000_000,
        50,
    )


def test_what_is_told_twice_is_one_step() -> None:
    line = '{"id":"Network a","status":"Working","text":"Creating"}'

    steps, _ = told([line, line])

    assert len(steps) == 1


@pytest.mark.parametrize(
    ("line", "step"),
    [
        (" Container a-web-1  Creating", Step(id="Container a-web-1", status="Working", text="Creating")),
        (" Container a-web-1 Started ", Step(id="Container a-web-1", status="Done", text="Started")),
        (" Container a-web-1  Running", Step(id="Container a-web-1", status="Done", text="Running")),
        (
            " Image a:1  Error pull access denied",
            Step(id="Image a:1", status="Error", text="Error", details="pull access denied"),
        ),
    ],
)
def test_a_plain_report_of_an_older_compose_is_a_step_as_well(line: str, step: Step) -> None:
    steps, _ = told([line])

    assert steps == [step]


@pytest.mark.parametrize(
    "line",
    [
        "Step 1/5 : FROM base:1",
        "{not json",
        "[1, 2]",
        "{" * 5000,
        '{"id": 5}',
        '{"id":"a","current":"many"}',
        "\ufffd\ufffd",
        '"only a string"',
    ],
)
def test_any_other_line_is_text(line: str) -> None:
    steps, _ = told([line])

    assert steps == [Step(text=line)]


@pytest.mark.parametrize(
    "line",
    [
        '{"level":"warning","msg":"The \\"B\\" variable is not set.","time":"2026-01-01T00:00:00Z"}',
        'time="2026-01-01T00:00:00Z" level=warning msg="The \\"B\\" variable is not set."',
    ],
)
def test_a_warning_is_kept_once_and_is_no_step(line: str) -> None:
    steps, report = told([line, line])

    assert steps == []
    assert report.warnings == ('The "B" variable is not set.',)


def test_the_questions_of_compose_about_volumes_are_warnings() -> None:
    asked = (
        'Volume "{}" exists but doesn\'t match configuration in compose file. Recreate (data will be lost)?'
    )
    steps, report = told([asked.format("a_data") + asked.format("a_logs")])

    assert steps == []
    assert [warning.split(" is kept")[0] for warning in report.warnings] == [
        "The volume a_data",
        "The volume a_logs",
    ]


def test_the_number_of_warnings_has_a_limit() -> None:
    _, report = told(json.dumps({"level": "warning", "msg": f"w{n}"}) for n in range(MOST_WARNINGS + 5))

    assert len(report.warnings) == MOST_WARNINGS


def test_the_error_is_the_last_word() -> None:
    steps, report = told(
        [
            '{"id":"service:b:1","status":"Error","text":"No such image"}',
            '{"error":true,"message":"two\\nlines"}',
        ]
    )

    assert [step.status for step in steps] == ["Error"]
    assert report.last_words == "two\nlines"


def test_without_an_error_the_last_lines_are_the_last_words() -> None:
    _, report = told(f"line {n}" for n in range(50))

    assert report.last_words.splitlines() == [f"line {n}" for n in range(50 - LAST_LINES, 50)]


def test_no_value_is_in_a_step_a_warning_or_the_last_words() -> None:
    veil = Veil([("TOKEN", "canary-7f3a91")])
    steps, report = told(
        [
            '{"id":"Image canary-7f3a91","status":"Error","text":"canary-7f3a91","details":"canary-7f3a91"}',
            '{"level":"warning","msg":"canary-7f3a91"}',
            '{"error":true,"message":"invalid port canary-7f3a91"}',
            "RUN echo canary-7f3a91",
        ],
        veil,
    )

    assert "canary" not in repr((steps, report.warnings, report.last_words))
    assert report.last_words == "invalid port ***"


def test_lines_may_come_in_pieces() -> None:
    assert cut(b"on", b"e\ntw", b"o\r\n\n  \nthr", b"ee") == ["one", "two", "three"]


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert cut(b"a\xff\xfeb\n") == ["a\ufffd\ufffdb"]


def test_a_character_may_be_cut_between_chunks() -> None:
    assert cut("é".encode()[:1], "é".encode()[1:] + b"\n") == ["é"]


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    lines = Lines()
    found = [line for _ in range(100) for line in lines.feed(b"x" * 65536)]
    found += list(lines.feed(b"tail\nnext\n"))

    assert [len(line) for line in found] == [LONGEST_LINE, len("next")]


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=5))
def test_however_bytes_arrive_the_lines_are_the_same(data: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(data)]
    chunks = [data[a:b] for a, b in zip(edges, edges[1:], strict=False)]

    assert cut(*chunks) == cut(data)


@given(st.lists(st.text(max_size=80), max_size=20))
def test_no_line_is_too_odd(lines: list[str]) -> None:
    steps, report = told(lines)

    assert all(isinstance(step, Step) for step in steps)
    assert isinstance(report.last_words, str)
