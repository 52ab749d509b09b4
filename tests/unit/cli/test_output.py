"""How a command shows what it does."""

import io
import json
import re
import sys

import pytest

from appos.cli.output import Output
from appos.compose.models import Finding, Severity
from appos.compose.progress import Step

FINDING = Finding(
    severity=Severity.ERROR,
    code="key_unknown",
    path="services.web.imagee",
    file="compose.yaml",
    line=3,
    message="Compose knows no key `imagee`.",
    fix="Write `image:`.\nOr leave it out.",
)
# What moves the cursor up to the start of a row, clears all below, and sets a colour.
CONTROL = re.compile(r"\x1b\[(\d*)([FJm])|\n|[^\x1b\n]+")


class Terminal(io.StringIO):
    """A stream that says that it is a terminal, and shows what a terminal does."""

    def isatty(self) -> bool:
        return True

    def screen(self) -> list[str]:
        """The rows that stand there in the end, without their colours."""
        rows, at = [""], 0
        for control in CONTROL.finditer(self.getvalue()):
            count, code = control[1], control[2]
            if code == "F":
                at -= int(count)
                assert at >= 0, "The cursor left what was drawn."
            elif code == "J":
                rows[at:] = [""]
            elif control[0] == "\n":
                at += 1
                rows += [""] * (at + 1 - len(rows))
            elif code != "m":
                rows[at] += control[0]
        return rows[:-1]


class Shown:
    """An output to two streams, standard error being a terminal where that is asked for."""

    def __init__(self, *, is_json: bool = False, is_live: bool = False) -> None:
        self.out = io.StringIO()
        self.err = Terminal() if is_live else io.StringIO()
        self.output = Output(is_json=is_json, out=self.out, err=self.err)

    def objects(self) -> list[object]:
        """The lines of JSON."""
        return [json.loads(line) for line in self.out.getvalue().splitlines()]


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Shown:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LINES", "6")
    return Shown(is_live=True)


def screen(shown: Shown) -> list[str]:
    assert isinstance(shown.err, Terminal)
    return shown.err.screen()


def step(id: str, text: str = "Pulling", status: str = "Working", parent: str = "", **values: object) -> Step:
    return Step(id=id, parent=parent, text=text, status=status, **values)  # type: ignore[arg-type]


def test_a_row_of_the_table_is_drawn_anew_in_its_place(live: Shown) -> None:
    for one in (
        step("Image web:1"),
        step("Image db:1", percent=40),
        step("Image web:1", "Pulled", "Done"),
        step("Image db:1", percent=100, details="manifest unknown", status="Error"),
    ):
        live.output.step(one)

    assert screen(live) == ["✓ Image web:1 Pulled", "✗ Image db:1 Pulling: manifest unknown"]
    assert "\x1b[32m✓" in live.err.getvalue()
    assert live.out.getvalue() == ""


def test_a_finished_layer_leaves_the_table(live: Shown) -> None:
    live.output.step(step("Image web:1"))
    live.output.step(step("0123456789ab", "Downloading", parent="Image web:1", percent=7))
    assert screen(live) == ["… Image web:1 Pulling", "… Image web:1 0123456789ab Downloading "]
    live.output.step(step("0123456789ab", "Pull complete", "Done", parent="Image web:1"))

    assert screen(live) == ["… Image web:1 Pulling"]


def test_the_table_has_the_room_of_its_terminal(live: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        live.output.step(step(f"Image {number}", details="x" * 100))
    assert [row[:9] for row in screen(live)] == [f"… Image {number}" for number in range(6, 10)]
    assert {len(row) for row in screen(live)} == {39}
    monkeypatch.setenv("LINES", "2")
    live.output.step(step("Image 10"))

    assert screen(live)[-1] == "… Image 10 Pulling"


def test_what_others_wrote_stays_in_its_row(live: Shown) -> None:
    live.output.step(step("Image web:1", details="a\nb\x1b[2J\r\tc"))
    live.output.step(step("Image db:1"))

    assert screen(live) == ["… Image web:1 Pulling: a b [2J  c", "… Image db:1 Pulling"]


def test_the_next_table_begins_below_the_last(live: Shown) -> None:
    live.output.step(step("Image web:1", "Pulled", "Done"))
    live.output.steps_end()
    live.output.note("Made the network.")
    live.output.step(step("Container web"))
    live.output.step(step("Container web", "Started", "Done"))

    assert screen(live) == ["✓ Image web:1 Pulled", "Made the network.", "✓ Container web Started"]


def test_without_a_terminal_each_step_is_a_line() -> None:
    shown = Shown()
    shown.output.step(step("Image web:1", percent=40))
    shown.output.step(step("", "#5 RUN make", status=""))
    shown.output.note("Made the network.")

    assert shown.err.getvalue() == "… Image web:1 Pulling 40%\n  #5 RUN make\nMade the network.\n"


def test_a_script_reads_everything_as_lines_of_json() -> None:
    shown = Shown(is_json=True)
    shown.output.step(step("Image web:1", percent=40))
    shown.output.note("Made the network.")
    shown.output.log_line("web-1 | größer\xff".encode("latin-1"))
    shown.output.value({"findings": (FINDING,)})

    reported, noted, logged, value = shown.objects()
    assert reported == {
        "step": {
            "id": "Image web:1",
            "parent": "",
            "status": "Working",
            "text": "Pulling",
            "details": "",
            "current": 0,
            "total": 0,
            "percent": 40,
        }
    }
    assert noted == {"note": "Made the network."}
    assert logged == {"line": "web-1 | gr\ufffd\ufffder\ufffd"}
    assert isinstance(value, dict)
    assert value["findings"][0]["severity"] == "error"
    assert shown.err.getvalue() == ""


def test_a_line_of_a_log_is_printed_as_it_is() -> None:
    written = io.BytesIO()
    output = Output(is_json=False, out=io.TextIOWrapper(written), err=io.StringIO())
    output.text("before")
    output.log_line(b"\xff\x00 web")
    output.text("after")

    assert written.getvalue() == b"before\n\xff\x00 web\nafter\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_text_can_be_printed_in_any_locale(encoding: str) -> None:
    written = io.BytesIO()
    out = io.TextIOWrapper(written, encoding=encoding)
    Output(is_json=False, out=out).text("✓ b\udcffd.yaml 😀")
    Output(is_json=True, out=out).value({"file": "b\udcffd.yaml 😀"})

    text, value = written.getvalue().decode(encoding).splitlines()
    assert text.endswith("b\\udcffd.yaml 😀" if encoding == "utf-8" else "b\\udcffd.yaml \\U0001f600")
    assert json.loads(value) == {"file": "b\udcffd.yaml 😀"}


def test_a_finding_has_its_place_and_what_to_write_instead() -> None:
    shown = Shown()
    shown.output.findings(
        [FINDING, Finding(severity=Severity.INFO, code="unplaced", message="Nothing is to be done.")]
    )

    assert shown.out.getvalue().splitlines() == [
        "error   services.web.imagee (compose.yaml:3)",
        "        Compose knows no key `imagee`.",
        "        Write `image:`.",
        "        Or leave it out.",
        "info",
        "        Nothing is to be done.",
    ]


def test_the_severity_of_a_finding_is_coloured_on_a_terminal() -> None:
    out = Terminal()
    Output(is_json=False, out=out, err=io.StringIO()).findings([FINDING])

    assert out.getvalue().startswith("\x1b[31merror  \x1b[0m services.web.imagee")


def test_the_columns_of_a_table_are_as_wide_as_they_have_to_be() -> None:
    shown = Shown()
    shown.output.table(("NAME", "STATUS"), [("shop-web-1", "Up"), ("db", "Exited (0)")])

    assert shown.out.getvalue() == "NAME         STATUS\nshop-web-1   Up\ndb           Exited (0)\n"


def test_a_table_of_nothing_has_its_heads(capsys: pytest.CaptureFixture[str]) -> None:
    Output(is_json=False, out=sys.stdout).table(("NAME", "STATUS"), [])

    assert capsys.readouterr().out == "NAME   STATUS\n"
