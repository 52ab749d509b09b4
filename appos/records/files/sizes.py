"""How large thumbs are, and which parts of images they show."""

import math
import re
from typing import NamedTuple

# What is narrower or lower than this is scaled first and cropped then, all else the other way round.
CROPPED_FIRST = 100
SIZE = re.compile(r"([0-9]{1,5})x([0-9]{1,5})([tbf]?)", re.ASCII)

Box = tuple[float, float, float, float]


class NoThumb(Exception):  # noqa: N818 - nobody is told of it as of an error
    """No thumb can be made of an image, and why."""


class Size(NamedTuple):
    """How large a thumb is; of width and height one may be 0, and is then what the other one makes it."""

    width: int
    height: int
    # "" crops around the centre, "t" from the top, "b" from the bottom; "f" crops nothing.
    mode: str

    @classmethod
    def parse(cls, text: str) -> "Size | None":
        """Return the size that a text as `100x100t` means, None if it means none."""
        found = SIZE.fullmatch(text)
        size = cls(int(found[1]), int(found[2]), found[3]) if found else None
        return size if size and (size.width or size.height) else None


class Plan(NamedTuple):
    """Which part of an image becomes the thumb, and how many pixels that has."""

    box: Box
    width: int
    height: int

    @classmethod
    def of(cls, width: int, height: int, size: Size) -> "Plan":
        """Return the plan for an image of this width and height. Source: PocketBase 0.36.2, `thumbs`."""
        if not size.width or not size.height:
            return cls._whole(width, height, size.width, size.height)
        if size.mode == "f":
            return cls._fitted(width, height, size)
        return cls._filled(width, height, size)

    @classmethod
    def _whole(cls, width: int, height: int, new_width: int, new_height: int) -> "Plan":
        new_width = new_width or max(1, math.floor(new_height * width / height + 0.5))
        new_height = new_height or max(1, math.floor(new_width * height / width + 0.5))
        return cls((0, 0, width, height), new_width, new_height)

    @classmethod
    def _fitted(cls, width: int, height: int, size: Size) -> "Plan":
        if width <= size.width and height <= size.height:
            return cls((0, 0, width, height), width, height)
        aspect = width / height
        if aspect > size.width / size.height:
            return cls._whole(width, height, size.width, int(size.width / aspect))
        return cls._whole(width, height, int(size.height * aspect), size.height)

    @classmethod
    def _filled(cls, width: int, height: int, size: Size) -> "Plan":
        is_narrow = width / height < size.width / size.height
        if width >= CROPPED_FIRST and height >= CROPPED_FIRST:
            part_width, part_height = float(width), float(height)
            if is_narrow:
                part_height = min(height, int(max(1.0, width * size.height / size.width) + 0.5))
            else:
                part_width = min(width, int(max(1.0, height * size.width / size.height) + 0.5))
        else:
            scale = width / size.width if is_narrow else height / size.height
            part_width, part_height = min(width, size.width * scale), min(height, size.height * scale)
        left = math.floor((width - part_width) / 2)
        top = {"t": 0.0, "b": height - part_height}.get(size.mode, math.floor((height - part_height) / 2))
        return cls((left, top, left + part_width, top + part_height), size.width, size.height)
