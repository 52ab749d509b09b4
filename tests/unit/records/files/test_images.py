import io
import zlib

import pytest
from PIL import Image

from appos.records.files import images
from appos.records.files.images import MADE_OF, encode, shrink
from appos.records.files.sizes import NoThumb, Plan, Size
from tests.file_samples import moving, picture, turned


def parsed(text: str) -> Size:
    size = Size.parse(text)
    assert size is not None
    return size


def shrunk(content: bytes, size: str, form: str = "PNG") -> Image.Image:
    """The thumb of an image, as it can be read back."""
    target = io.BytesIO()
    encode(shrink(io.BytesIO(content), parsed(size), form), MADE_OF[form], target)
    return Image.open(io.BytesIO(target.getvalue()))


# Source: PocketBase 0.36.2; tests/conformance/test_files_oracle.py asks it for more.
@pytest.mark.parametrize(
    ("width", "height", "size", "expected"),
    [
        (120, 80, "0x50", (75, 50)),
        (120, 80, "50x0", (50, 33)),
        (120, 80, "30x30", (30, 30)),
        (120, 80, "30x30t", (30, 30)),
        (120, 80, "500x500", (500, 500)),
        (120, 80, "30x30f", (30, 20)),
        (120, 80, "500x500f", (120, 80)),
        (1000, 3, "0x7", (2333, 7)),
        (1000, 3, "7x0", (7, 1)),
        (3, 1000, "200x13f", (1, 13)),
        (333, 777, "13x200f", (13, 30)),
        (1, 1, "97x101", (97, 101)),
    ],
)
def test_a_thumb_has_the_size_that_pocketbase_gives_it(
    width: int, height: int, size: str, expected: tuple[int, int]
) -> None:
    plan = Plan.of(width, height, parsed(size))

    assert (plan.width, plan.height) == expected
    assert shrunk(picture("PNG", width, height), size).size == expected


def test_the_top_and_the_bottom_of_an_image_are_told_apart() -> None:
    flag = Image.new("RGB", (100, 300), "red")
    flag.paste("blue", (0, 150, 100, 300))
    target = io.BytesIO()
    flag.save(target, "PNG")
    colours = [shrunk(target.getvalue(), size).getpixel((5, 5)) for size in ("10x10t", "10x10b")]

    assert colours == [(255, 0, 0), (0, 0, 255)]


@pytest.mark.parametrize(
    ("form", "made"), [("PNG", "PNG"), ("JPEG", "JPEG"), ("GIF", "GIF"), ("WEBP", "PNG")]
)
def test_a_thumb_has_the_format_of_its_image_but_for_webp(form: str, made: str) -> None:
    thumb = shrunk(picture(form), "20x20", form)

    assert (thumb.format, thumb.size) == (made, (20, 20))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_it_says(orientation: int) -> None:
    size = shrunk(turned(orientation), "0x50", "JPEG").size

    assert size == ((83, 50) if orientation < 5 else (30, 50))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_only_photos_are_turned(form: str) -> None:
    assert shrunk(turned(6, form), "0x50", form).size == (83, 50)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_colour_is_taken(mode: str) -> None:
    target = io.BytesIO()
    Image.new(mode, (40, 40)).save(target, "PNG")
    thumb = shrunk(target.getvalue(), "20x20")

    assert thumb.mode == ("RGBA" if mode in ("LA", "RGBA") else "RGB")


def test_sixteen_bits_become_eight() -> None:
    target = io.BytesIO()
    Image.new("I;16", (40, 40), 0x8000).save(target, "PNG")

    assert shrunk(target.getvalue(), "20x20").getpixel((5, 5)) == (128, 128, 128)


def test_what_is_transparent_stays_so() -> None:
    target = io.BytesIO()
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(target, "PNG")

    assert shrunk(target.getvalue(), "20x20").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_the_first_of_moving_pictures_is_taken() -> None:
    thumb = shrunk(moving("GIF"), "20x20", "GIF").convert("RGB")

    assert thumb.getpixel((5, 5)) == (254, 0, 0) or thumb.getpixel((5, 5)) == (255, 0, 0)


def test_a_first_picture_that_is_smaller_than_the_whole_is_taken_alone() -> None:
    content = bytearray(picture("GIF", 60, 40))
    content[6:10] = bytes((90, 0, 80, 0))

    assert shrunk(bytes(content), "0x50", "GIF").size == (75, 50)


def test_there_is_no_thumb_of_a_first_picture_that_is_larger_than_the_whole() -> None:
    for screen in ((59, 0, 40, 0), (60, 0, 39, 0), (0, 0, 0, 0)):
        content = bytearray(picture("GIF", 60, 40))
        content[6:10] = bytes(screen)
        with pytest.raises(NoThumb, match="first picture"):
            shrunk(bytes(content), "0x50", "GIF")


def test_a_large_photo_is_read_in_less_detail(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple[int, int]] = []
    original = images._in_colour

    def note(image: Image.Image) -> Image.Image:
        read.append(image.size)
        return original(image)

    monkeypatch.setattr(images, "_in_colour", note)
    assert shrunk(picture("JPEG", 1600, 1200), "100x100", "JPEG").size == (100, 100)
    assert read == [(400, 300)]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        pytest.param(b"", "PNG", id="nothing"),
        pytest.param(b"\x89PNG\r\n\x1a\njunk", "PNG", id="junk"),
        pytest.param(picture("PNG", 200, 100)[:-100], "PNG", id="cut PNG"),
        pytest.param(picture("JPEG", 200, 100)[:700], "JPEG", id="cut JPEG"),
        pytest.param(picture("GIF")[:50], "GIF", id="cut GIF"),
        pytest.param(picture("WEBP")[:50], "WEBP", id="cut WebP"),
        pytest.param(moving("WEBP"), "WEBP", id="moving WebP"),
        pytest.param(picture("PNG"), "JPEG", id="another format"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PNG", id="a program"),
    ],
)
def test_there_is_no_thumb_of_what_cannot_be_read(content: bytes, form: str) -> None:
    with pytest.raises(NoThumb):
        shrink(io.BytesIO(content), parsed("20x20"), form)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""
    content = bytearray(picture("PNG", 1, 1))
    content[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (100_000_000, 1), (7_100, 7_100)])
def test_an_image_with_too_many_pixels_is_not_unpacked(width: int, height: int) -> None:
    with pytest.raises(NoThumb, match="pixels|DecompressionBomb"):
        shrink(io.BytesIO(bomb(width, height)), parsed("20x20"), "PNG")


@pytest.mark.parametrize("size", ["99999x99999", "99999x0", "4001x4000"])
def test_a_thumb_with_too_many_pixels_is_not_made(size: str) -> None:
    with pytest.raises(NoThumb, match="the thumb would have"):
        shrink(io.BytesIO(picture()), parsed(size), "PNG")
