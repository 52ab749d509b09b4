"""Words for messages: near names, lists, and what is quoted of a file."""

import difflib
import re
from collections.abc import Iterable, Mapping

LONGEST_QUOTE = 60
# A variable without a default.
_VARIABLE = re.compile(r"(?<!\$)\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that was meant, most likely; None where no name is near."""
    by_plain = {_plain(each): each for each in names}
    plain = _plain(name)
    if plain in by_plain:
        return by_plain[plain]
    found = difflib.get_close_matches(plain, by_plain, n=1, cutoff=0.7)
    return by_plain[found[0]] if found else None


def _plain(name: str) -> str:
    """Return a name without what is often mistaken in it: case, and `-` for `_`."""
    return name.casefold().replace("-", "_")


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Say which name was meant, most likely; "" where no name is near."""
    near = nearest(name, names)
    return f"Did you mean {near!r}?" if near is not None else ""


def listed(names: Iterable[str]) -> str:
    """Write names one after the other: `a`, `b` or `c`."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def without_value(text: str, variables: Mapping[str, str]) -> str:
    """Name the variables in a text that have no value: "`A` and `B`"; "" where there are none."""
    names = dict.fromkeys(one or other for one, other in _VARIABLE.findall(text))
    return " and ".join(f"`{name}`" for name in names if not variables.get(name))


def quoted(text: str) -> str:
    """Quote what stands in a file, shortened, on one line."""
    line = " ".join(text.split())
    return repr(line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE]}…")
