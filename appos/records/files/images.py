"""Making an image smaller, to the sizes and in the ways that PocketBase has."""

import math
import struct
import warnings
from typing import BinaryIO

from PIL import Image, ImageFile, ImageOps, WebPImagePlugin

from appos.records.files.sizes import NoThumb, Plan, Size

# Naming the plugin here registers it; Pillow would load all of its plugins to find it.
_WEBP = WebPImagePlugin.WebPImageFile.format
# The format of a thumb, by that of its image. Source: PocketBase 0.36.2, seen.
MADE_OF = {"PNG": "PNG", "JPEG": "JPEG", "GIF": "GIF", _WEBP: "PNG"}
JPEG_QUALITY = 95
# An image of 50 million pixels takes 200 MB while it is worked on.
MOST_PIXELS = 50_000_000
MOST_THUMB_PIXELS = 16_000_000
# How many times larger than the thumb an image has to be for a coarser reading of it to do.
READING_SCALE = 2.0
ORIENTATION = 0x0112
TURNED = frozenset({5, 6, 7, 8})

# Pillow only warns of what is over its own, higher limit. Source: its documentation of Image.open.
warnings.simplefilter("error", Image.DecompressionBombWarning)

# Source: Pillow's documentation of Image.open and Image.load, and what its decoders raise besides.
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def shrink(source: BinaryIO, size: Size, form: str) -> Image.Image:
    """Return an image, of which `form` names the format, in a size; of a moving one, its first picture.

    Raises:
        NoThumb: it is too large, broken, or of another format.
    """
    try:
        with Image.open(source, formats=(form,)) as image:
            if image.format == "GIF":
                _require_room(image, source)
            return _shrunk(image, size)
    except _UNREADABLE as error:
        raise NoThumb(f"{type(error).__name__}: {error}") from error


def encode(image: Image.Image, form: str, target: BinaryIO) -> None:
    """Write an image in a format."""
    image.save(target, form, **({"quality": JPEG_QUALITY} if form == "JPEG" else {}))


def _shrunk(image: ImageFile.ImageFile, size: Size) -> Image.Image:
    width, height = _size(image)
    plan = Plan.of(width, height, size)
    _refuse(image, plan)
    ready = _in_colour(_read(image, plan))
    across, down = ready.width / width, ready.height / height
    left, top, right, bottom = plan.box
    box = (left * across, top * down, min(right * across, ready.width), min(bottom * down, ready.height))
    return ready.resize((plan.width, plan.height), Image.Resampling.BILINEAR, box)


def _require_room(image: ImageFile.ImageFile, source: BinaryIO) -> None:
    """Refuse a GIF whose first picture is beyond its screen, which Pillow would make larger.

    Source: Go's image/gif, and with it PocketBase 0.36.2; the GIF89a specification, section 18.
    """
    place = source.tell()
    source.seek(6)
    screen = struct.unpack("<HH", source.read(4))
    source.seek(place)
    _, _, right, bottom = (image.tile[0].extents if image.tile else None) or (0, 0, 0, 0)
    if right > screen[0] or bottom > screen[1]:
        raise NoThumb(f"its first picture reaches {right} x {bottom}, its screen {screen[0]} x {screen[1]}")


def _size(image: ImageFile.ImageFile) -> tuple[int, int]:
    """Return width and height as they are seen: of a turned photo, of the first of moving pictures."""
    if image.format == "JPEG" and image.getexif().get(ORIENTATION) in TURNED:
        return image.height, image.width
    if image.format == "GIF" and image.tile:
        left, top, right, bottom = image.tile[0].extents or (0, 0, *image.size)
        return right - left, bottom - top
    return image.size


def _read(image: ImageFile.ImageFile, plan: Plan) -> Image.Image:
    if image.format == "JPEG":
        _read_coarsely(image, plan)
        return ImageOps.exif_transpose(image)
    # The first picture of a moving image may be smaller than the whole; the rest of that is empty.
    return image.crop(image.tile[0].extents) if image.format == "GIF" and image.tile else image


def _refuse(image: Image.Image, plan: Plan) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise NoThumb(f"the image has {image.width} x {image.height} pixels")
    if plan.width * plan.height > MOST_THUMB_PIXELS:
        raise NoThumb(f"the thumb would have {plan.width} x {plan.height} pixels")
    # As in PocketBase, which reads no moving WebP.
    if image.format == _WEBP and getattr(image, "is_animated", False):
        raise NoThumb("the image is a moving WebP")


def _read_coarsely(image: ImageFile.ImageFile, plan: Plan) -> None:
    """Let the decoder of JPEG leave out detail that would be scaled away: less time, less memory."""
    left, top, right, bottom = plan.box
    scale = READING_SCALE * max(plan.width / (right - left), plan.height / (bottom - top))
    if scale < 1:
        image.draft(image.mode, (math.ceil(image.width * scale), math.ceil(image.height * scale)))


def _in_colour(image: Image.Image) -> Image.Image:
    """Return an image in eight bits a colour, with transparency if it has any."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
