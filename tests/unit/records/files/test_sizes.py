import pytest

from appos.records.files.sizes import Plan, Size


@pytest.mark.parametrize(
    "text", ["", "x", "100", "100x", "x100", "0x0", "0x0f", "1x1z", "-1x1", "1 x1", "123456x1", "\u0661x1"]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    assert Size.parse(text) is None


@pytest.mark.parametrize(
    ("size", "box"),
    [
        ("100x100", (50, 0, 150, 100)),
        ("100x100t", (50, 0, 150, 100)),
        ("200x50", (0, 25, 200, 75)),
        ("200x50t", (0, 0, 200, 50)),
        ("200x50b", (0, 50, 200, 100)),
        ("200x50f", (0, 0, 200, 100)),
    ],
)
def test_what_is_cropped_is_cropped_from_where_the_size_says(size: str, box: tuple[int, ...]) -> None:
    parsed = Size.parse(size)

    assert parsed is not None
    assert Plan.of(200, 100, parsed).box == box
