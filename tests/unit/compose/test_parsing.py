"""YAML, read with its places."""

import time

import pytest

from appos.compose.models import Place
from appos.compose.nodes import ListNode, MapNode, ScalarNode
from appos.compose.parsing import Flaw, NotYamlError, parse


def tree(text: str) -> MapNode:
    document = parse(text.encode(), "f").documents[0]
    assert isinstance(document, MapNode)
    return document


def test_keys_items_and_values_know_their_places() -> None:
    root = tree("a:\n  - x\n  - b: 1\n")
    assert root.keys["a"] == Place("f", 1, 1)
    items = root.entries["a"]
    assert isinstance(items, ListNode)
    assert [item.place for item in items.items] == [Place("f", 2, 5), Place("f", 3, 5)]


def test_an_alias_is_the_node_it_stands_for() -> None:
    root = tree("a: &a {x: 1}\nb: *a\n")
    assert root.entries["a"] is root.entries["b"]


def test_what_is_merged_is_there_unless_the_mapping_has_it_itself() -> None:
    root = tree("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\n")
    merged = root.entries["c"]
    assert isinstance(merged, MapNode)
    values = {name: node.value for name, node in merged.entries.items() if isinstance(node, ScalarNode)}
    assert values == {"x": 3, "y": 1, "z": 2}
    assert merged.keys["z"] == Place("f", 2, 14)


def test_all_documents_are_read() -> None:
    documents = parse(b"a: 1\n---\nb: 2\n---\n", "f").documents
    assert [type(each) for each in documents] == [MapNode, MapNode, ScalarNode]


def test_repeated_and_odd_keys_are_told_with_their_paths() -> None:
    flaws = parse(b"a:\n- 1: x\n  b: x\n  b: y\n? [k]\n: v\n", "f").flaws
    assert flaws == [
        Flaw("a[0].1", "1", Place("f", 2, 3)),
        Flaw("a[0].b", "b", Place("f", 4, 3), Place("f", 3, 3)),
        Flaw('[""]', "", Place("f", 5, 3)),
    ]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a: b: c", 1),
        (b"a: 1\n\tb: 2", 2),
        (b"a: [\n", 2),
        (b"a: *x", 1),
        (b"a: &x [*x]", 1),
        (b"a: 1\nb: \xe9", 2),
        (b"a: 1\nb: \x00", 2),
        (b"<<: 3", 1),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(NotYamlError) as caught:
        parse(data, "f")
    assert caught.value.place.line == line


def test_a_comment_may_stand_behind_a_tab() -> None:
    root = parse(b"a: 1\n\t  # note\nb: 2\n", "f").documents[0]
    assert isinstance(root, MapNode)
    assert list(root.entries) == ["a", "b"]


def test_a_byte_order_mark_and_line_ends_of_windows_change_nothing() -> None:
    root = parse("\ufeffa: 1\r\nb: 2\r\n".encode(), "f").documents[0]
    assert isinstance(root, MapNode)
    assert root.keys["b"] == Place("f", 2, 1)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"[" * 200_000, id="brackets"),
        pytest.param(b"- " * 100_000, id="lists"),
        pytest.param(b"{a: " * 100_000, id="braces"),
    ],
)
def test_a_file_that_is_nested_without_end_is_given_up(data: bytes) -> None:
    with pytest.raises(NotYamlError, match=r"nest|line"):
        parse(data, "f")


def test_aliases_that_multiply_cost_no_more_than_their_text() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    start = time.process_time()
    parsed = parse("\n".join(lines).encode(), "f")
    assert len(parsed.documents) == 1
    assert parsed.size > 9**39
    assert time.process_time() - start < 5


def test_aliases_that_nest_without_end_are_given_up() -> None:
    lines = ["a: &a0 [x]", *(f"a: &a{n} [*a{n - 1}]" for n in range(1, 3000))]
    with pytest.raises(NotYamlError, match="nested too deep"):
        parse("\n".join(lines).encode(), "f")
