"""Compose's own words, read for what they name."""

import pytest

from appos.compose.diagnosis.refusals import found_by_value, path_of, place_of, refusals
from appos.compose.models import Place
from appos.compose.nodes import MapNode
from appos.compose.parsing import parse

TEXT = """
services:
  web:
    ports: [80:80, "x"]
    volumes: [":/data"]
  my.web:
    environment: {A.B: 1}
"""
PARSED = parse(TEXT.encode(), "f").documents[0]
ROOT = PARSED if isinstance(PARSED, MapNode) else None


@pytest.mark.parametrize(
    ("words", "code", "path"),
    [
        (
            "validating /a/f.yaml: services.web.ports.1 must be a number",
            "wrong_type",
            "services.web.ports[1]",
        ),
        ("validating /a/f.yaml: services.my.web must be a mapping", "wrong_type", 'services["my.web"]'),
        (
            "validating /a/f.yaml: services.my.web.environment.A.B must be a text",
            "wrong_type",
            'services["my.web"].environment["A.B"]',
        ),
        (
            "validating /a/f.yaml: services.web additional properties 'prts' not allowed",
            "key_unknown",
            "services.web.prts",
        ),
        ("validating /a/f.yaml:  additional properties 'web' not allowed", "key_misplaced", "web"),
        (
            "service ports services.web.ports.[0] is missing a target port",
            "port_invalid",
            "services.web.ports[0]",
        ),
        ("services.web.ports.[]: invalid ip address: x", "port_invalid", "services.web.ports"),
        ("invalid containerPort: x", "port_invalid", "services.web.ports[1]"),
        ("no port specified: y:<empty>", "port_invalid", ""),
        ("invalid spec: :/data: empty section between colons", "volume_invalid", "services.web.volumes[0]"),
        (
            "decoding failed due to the following error(s):\n\n'services[web].mem_limit' invalid suffix: 'x'",
            "size_invalid",
            "services.web.mem_limit",
        ),
        (
            'service "web" refers to undefined volume a: invalid compose project',
            "volume_undefined",
            "services.web",
        ),
        ('service "web" refers to undefined build secret a: invalid', "secret_undefined", "services.web"),
        ('service "web" depends on undefined service "db": invalid', "service_undefined", "services.web"),
        ("non-string key in services.web: 80", "key_not_text", "services.web.80"),
        ("non-string key at top level: 80", "key_not_text", "80"),
        ("dependency cycle detected: a -> b -> a", "dependency_cycle", ""),
        (
            "services.web: can't set distinct values on 'scale' and 'deploy.replicas'",
            "keys_conflict",
            "services.web",
        ),
        (
            "invalid interpolation format for services.web.user.\nYou may need\n${",
            "variable_syntax",
            "services.web.user",
        ),
    ],
)
def test_a_refusal_names_a_code_and_a_path(words: str, code: str, path: str) -> None:
    (refusal,) = refusals(words, ROOT)
    assert code in refusal.codes
    assert path_of(refusal, ROOT) == path


def test_several_problems_in_one_refusal_are_taken_apart() -> None:
    words = "error while interpolating {}: required variable {} is missing a value: x\nand more"
    said = f"{words.format('services.web.user', 'A')}\n{words.format('services.web.environment.[]', 'B')}"
    found = refusals(said, ROOT)
    assert [(each.value, path_of(each, ROOT)) for each in found] == [
        ("A", "services.web.user"),
        ("B", "services.web.environment"),
    ]


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("failed to parse /a/f.yaml: go-yaml load error in scanner at L4.C18: mapping", Place("f.yaml", 4)),
        (
            "failed to parse /a/f.yaml: go-yaml load error in parser (x) at L2.C3-L5.C4: did",
            Place("f.yaml", 5),
        ),
        ("go-yaml load error in scanner at L4.C18: mapping", Place("only.yaml", 4)),
        (
            'failed to parse /a/f.yaml: yaml: construct errors: line 1: line 7: mapping key "x"',
            Place("f.yaml", 7),
        ),
        ("failed to read /a/.env: line 3: key cannot contain a space", Place("/a/.env", 3)),
        ("failed to parse /a/f.yaml: go-yaml load error in reader at <unknown position>: octet", None),
        ("services must be a mapping", None),
    ],
)
def test_a_refusal_names_a_place(words: str, place: Place | None) -> None:
    (refusal,) = refusals(words, None)
    assert place_of(refusal, {"/a/f.yaml": "f.yaml"}, "only.yaml") == place


def test_words_that_are_not_known_name_nothing() -> None:
    (refusal,) = refusals("the moon is full", ROOT)
    assert (refusal.codes, path_of(refusal, ROOT), found_by_value(refusal, ROOT)) == ((), "", ())
