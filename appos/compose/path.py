"""Paths of the model, such as `services.web.ports[0]`: made of their parts, and read back into them.

A key that is not a plain word is quoted as JSON quotes it: `services["a.b"].image`.
"""

import json
import re

Part = str | int

_WORD = re.compile(r"[A-Za-z0-9_-]+")
_STEP = re.compile(
    r"""
    (?: (?P<dot> \.? ) (?P<word> [A-Za-z0-9_-]+ ) )
    | \[ (?P<index> \d+ ) \]
    | \[ (?P<quoted> "(?: [^"\\] | \\. )*" ) \]
    """,
    re.VERBOSE,
)


def joined(*parts: Part) -> str:
    """Write parts as one path; whole numbers are places in a list, from 0."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif _WORD.fullmatch(part):
            path += f".{part}" if path else part
        else:
            path += f"[{json.dumps(part, ensure_ascii=False)}]"
    return path


def parsed(path: str) -> tuple[Part, ...]:
    """Read the parts of a path that `joined` wrote.

    Raises:
        ValueError: No such path is ever written.
    """
    parts: list[Part] = []
    position = 0
    while position < len(path):
        step = _STEP.match(path, position)
        # A word stands behind a dot, but for the first.
        if step is None or (step["word"] is not None and bool(step["dot"]) != bool(parts)):
            raise ValueError(f"{path!r} is not a path of the model.")
        parts.append(_part(step))
        position = step.end()
    return tuple(parts)


def _part(step: re.Match[str]) -> Part:
    """Return what one step of a path names."""
    if step["index"] is not None:
        return int(step["index"])
    return str(json.loads(step["quoted"], strict=False)) if step["quoted"] is not None else step["word"]
