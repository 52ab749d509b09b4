"""Text in lines, and tables with a separator between their columns."""

from appos.records.files.media.kind import Kind, Look, is_cut

# How many rows have to agree; those behind them are not looked at. Source: PocketBase 0.36.2, seen.
ROWS = 10


def whole_lines(head: bytes) -> list[bytes]:
    """Return the lines of a text without their ends, and without a last one that may be cut off."""
    text = head
    if is_cut(head):
        end = head.rfind(b"\n")
        text = head[:end] if end > 0 else head
    lines = text.split(b"\n")
    return [line.removesuffix(b"\r") for line in (lines if lines[-1] else lines[:-1])]


def _count(lines: list[bytes], separator: bytes) -> int:
    """Take one row off a reversed list of lines and return the number of its columns; a quoted one may go on
    in further lines."""
    line = lines.pop()
    columns = 1
    while line:
        if not line.startswith(b'"'):
            _, found, line = line.partition(separator)
        else:
            found, line = _unquoted(line[1:], lines, separator)
        if not found:
            break
        columns += 1
    return columns


def _unquoted(line: bytes, lines: list[bytes], separator: bytes) -> tuple[bytes, bytes]:
    """Return the separator behind a quoted column, b"" at the end of the row, and what follows it.

    A quote ends a column only in front of a separator or at the end of a line.
    """
    while True:
        _, quote, rest = line.partition(b'"')
        if quote and (not rest or rest.startswith(separator)):
            return rest[:1], rest[1:]
        if quote:
            line = rest.removeprefix(b'"')
        elif lines:
            line = lines.pop()
        else:
            return b"", b""


def _table(separator: bytes) -> Look:
    """Know a kind by at least two rows with the same number of columns, and more than one of these."""

    def looks(head: bytes) -> bool:
        lines = [line for line in whole_lines(head) if line and not line.startswith(b"#")][::-1]
        counts: list[int] = []
        while lines and len(counts) < ROWS:
            counts.append(_count(lines, separator))
        return len(counts) > 1 and counts[0] > 1 and len(set(counts)) == 1

    return looks


CSV = Kind("text/csv", ".csv", _table(b","))
TSV = Kind("text/tab-separated-values", ".tsv", _table(b"\t"))
