"""The images of a release: whether any has to be pulled before it is deployed."""

import pytest

from appos.apps.rollout.images import ReleaseImages
from appos.compose.model import model_of
from appos.engine.models import Image
from appos.errors import NotFoundError
from tests.unit.fakes import FakeEngine

HERE = "nginx:1"


class Shelf(FakeEngine):
    """An engine that has one image."""

    def image(self, image: str) -> Image:
        if image != HERE:
            raise NotFoundError(f"No such image: {image}", code="image_not_found")
        return Image(id="sha256:1", tags=(HERE,), size_bytes=1, created="")


@pytest.mark.parametrize(
    ("services", "lacks"),
    [
        pytest.param({"a": {"image": HERE}}, False, id="here"),
        pytest.param({"a": {"image": HERE}, "b": {"image": "redis:7"}}, True, id="one-is-not-here"),
        pytest.param({"a": {"image": "own:1", "build": {"context": "."}}}, False, id="built"),
        pytest.param({"a": {"provider": {"type": "model"}}}, False, id="provided-by-another"),
        pytest.param({"a": {"image": HERE, "platform": "linux/arm64"}}, True, id="of-a-platform"),
        pytest.param(
            {"a": {"image": HERE, "volumes": [{"type": "image", "source": "data:1", "target": "/d"}]}},
            True,
            id="mounted",
        ),
    ],
)
def test_what_is_here_is_not_pulled(services: dict[str, object], lacks: bool) -> None:
    model = model_of({"name": "shop", "services": services})

    assert ReleaseImages(Shelf()).lacks(model) is lacks
