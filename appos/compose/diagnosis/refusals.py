"""Compose's own words, read for what they name: a path, a file, a line, and the sort of problem.

Compose stops at the first problem. Its words tell which of the problems that AppOS has found is meant; or, if
it is none of them, they become a finding themselves.
"""

import re
from collections.abc import Iterator

import msgspec

from appos.compose.models import Place
from appos.compose.nodes import ListNode, MapNode, Node, ScalarNode, entry, items
from appos.compose.path import Part, joined


class Refusal(msgspec.Struct, frozen=True):
    """One problem in Compose's words; what it names is "" or None where it names nothing.

    `codes` are those of AppOS for such a problem. `parts` are a path, which may end before an item of a list;
    `value` then tells the item.
    """

    words: str
    codes: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    file: str = ""
    line: int | None = None
    value: str | None = None


class _Rule(msgspec.Struct, frozen=True):
    pattern: re.Pattern[str]
    codes: tuple[str, ...]


def _rule(pattern: str, *codes: str) -> _Rule:
    return _Rule(re.compile(pattern, re.DOTALL), codes)


_SHAPE = (
    "wrong_type",
    "key_unknown",
    "key_misplaced",
    "key_missing",
    "service_null",
    "services_not_mapping",
    "value_unknown",
    "container_name_invalid",
    "name_invalid",
    "number_invalid",
    "item_repeated",
    "item_is_mapping",
)
_YAML = (
    "yaml_",
    "not_utf8",
    "alias_",
    "merge_invalid",
    "key_repeated",
    "key_not_text",
)
_AMOUNT = ("duration_invalid", "size_invalid", "number_invalid", "boolean_invalid", "wrong_type")
_PORT = ("port_invalid", "item_is_mapping")
_MOUNT = ("volume_invalid", "key_missing", "item_is_mapping")
_FILE = r"(?P<file>[^\n]+?)"
_PATH = r"(?P<path>[\w.\[\]\- ]*?)"

# The first rule that matches counts.
_RULES = (
    _rule(rf"failed to parse env_file {_FILE}: ", "env_file_invalid"),
    _rule(
        rf"failed to parse {_FILE}: yaml: construct errors: .*?line (?P<line>\d+): mapping key ",
        "key_repeated",
    ),
    _rule(rf"failed to parse {_FILE}: .*? at (?:L\d+\.C\d+-)?L(?P<line>\d+)\.C\d+: ", *_YAML),
    _rule(rf"failed to parse {_FILE}: ", *_YAML),
    _rule(r"(?:go-yaml|yaml).*? at (?:L\d+\.C\d+-)?L(?P<line>\d+)\.C\d+: ", *_YAML),
    _rule(r"yaml: construct errors: .*? into cli\.named", "top_level_not_mapping"),
    _rule(r"(?:go-yaml|yaml)\b", *_YAML),
    _rule(rf"non-string key (?:in {_PATH}|at top level): (?P<key>.*)", "key_not_text"),
    _rule(rf"error while interpolating {_PATH}: required variable (?P<variable>\S+) ", "variable_missing"),
    _rule(rf"error while interpolating {_PATH}: (?:failed to cast|.*strconv)", *_AMOUNT),
    _rule(
        rf"(?:error while interpolating|invalid interpolation format for) {_PATH}[.:]?(?:\s|$)",
        "variable_syntax",
    ),
    _rule(rf"validating {_FILE}: json: unsupported value", "wrong_type"),
    _rule(rf"validating {_FILE}: {_PATH} additional properties '(?P<key>[^']*)'", *_SHAPE),
    _rule(rf"validating {_FILE}: {_PATH} (?:must|missing|value|does|items|'|json)", *_SHAPE),
    _rule(rf"validating {_FILE}: {_PATH} '", *_SHAPE),
    _rule(r"decoding failed.*?'(?P<path>[^']+)' environment variable", "variable_name_space"),
    _rule(r"decoding failed.*?'(?P<path>[^']+)'", *_AMOUNT, "extra_host_invalid"),
    _rule(r'service "(?P<service>[^"]+)" refers to undefined (?:build )?(?P<kind>\w+) (?P<name>.+?)(?:: |$)'),
    _rule(
        r'service "(?P<service>[^"]+)" depends on undefined service "?(?P<name>[^"]+)"?', "service_undefined"
    ),
    _rule(r'service "(?P<service>[^"]+)" has neither an image', "image_missing"),
    _rule(r'cannot extend service "(?P<service>[^"]+)"', "service_undefined", "file_missing", "wrong_type"),
    _rule(r'service "?(?P<service>[^" ]+)"? declares mutual', "keys_conflict"),
    _rule(r"dependency cycle detected", "dependency_cycle"),
    _rule(r"Circular reference", "extends_cycle"),
    _rule(r"include cycle detected", "include_cycle"),
    _rule(r"`include` must be a list", "wrong_type"),
    _rule(r"extends\.(?P<service>[^.]+)\.service is required", "key_missing"),
    _rule(rf"env file {_FILE} not found", "env_file_missing", "env_file_not_readable"),
    _rule(rf"label file {_FILE} not found", "label_file_missing"),
    _rule(
        rf"failed to read {_FILE}: (?:line (?P<line>\d+): )?(?:required variable (?P<variable>\S+))?",
        *("env_file_invalid", "variable_missing", "env_file_not_readable", "variable_syntax"),
    ),
    _rule(r"unsupported env_file format", "value_unknown"),
    _rule(rf"(?:open|stat|read) {_FILE}: ", "file_missing", "file_not_readable", "env_file_missing"),
    _rule(r"invalid (?:containerPort|hostPort|proto|IP address|ranges)[^:]*: (?P<value>.*)", *_PORT),
    _rule(r"no port specified: (?P<value>.*?)(?:<empty>.*)?$", *_PORT),
    _rule(rf"service ports {_PATH} is missing", *_PORT),
    _rule(rf"{_PATH}: invalid (?:ip address|type \S+ for port)", *_PORT),
    _rule(r"invalid spec: (?P<value>.*): [a-z ]+$", *_MOUNT),
    _rule(r"invalid empty volume spec", *_MOUNT),
    _rule(rf"service volume {_PATH} is missing", *_MOUNT),
    _rule(r"invalid mount config", *_MOUNT),
    _rule(r"healthcheck\.test must start", "healthcheck_test_invalid"),
    _rule(r"confusing device mapping, please use long syntax: (?P<value>.*)", "device_invalid"),
    _rule(r"service\.build\.platforms MUST", "platform_not_built"),
    _rule(
        r"(?P<path>services\..+) must be a mapping$",
        "wrong_type",
        "name_invalid",
        "key_misplaced",
        "service_null",
    ),
    _rule(rf"environment path attribute {_PATH} is missing", *_SHAPE),
    _rule(r"panic: interface conversion", "wrong_type"),
    _rule(r"services must be a mapping", "services_not_mapping", "key_misplaced"),
    _rule(r"empty compose file", "file_empty"),
    _rule(r"top-level object must be a mapping", "top_level_not_mapping"),
    _rule(r"no configuration file provided", "file_missing"),
    _rule(r"invalid project name|project name must not be empty", "project_name_invalid"),
    _rule(
        r"services\.(?:deploy\.replicas|scale): can't set container_name and (?P<service>\S+)",
        "container_name_scaled",
    ),
    _rule(rf"{_PATH}: (?:unexpected type|invalid type|unsupported) ", *_SHAPE),
    _rule(r"services\.\S+: container name", "container_name_repeated"),
    _rule(rf"cannon?t override {_PATH}$", "cannot_override"),
    _rule(r'service "(?P<service>[^"]+)"'),
    _rule(rf"{_PATH}: ", "keys_conflict", "key_missing", "number_invalid"),
)
# The lists of a service whose items Compose quotes.
_LISTS = {"port_invalid": "ports", "volume_invalid": "volumes", "device_invalid": "devices"}
_UNDEFINED = {"volume", "network", "config", "secret", "model"}
_STEP = re.compile(r"\[(\d*)\]|([^.\[\]]+)")


def refusals(said: str, root: MapNode | None) -> list[Refusal]:
    """Read Compose's words into the problems that they name."""
    return [_refusal(words, root) for words in _split(said)]


def _split(said: str) -> Iterator[str]:
    """Split words that name several problems at once: variables and values that could not be filled in."""
    start = re.compile(r"^error while interpolating ", re.MULTILINE)
    positions = [match.start() for match in start.finditer(said)]
    if not positions or positions[0] != 0:
        yield said.strip()
        return
    for begin, end in zip(positions, [*positions[1:], len(said)], strict=True):
        yield said[begin:end].strip()


def _refusal(words: str, root: MapNode | None) -> Refusal:
    for rule in _RULES:
        match = rule.pattern.match(words)
        if match is not None:
            return _named(words, rule, {**match.groupdict()}, root)
    return Refusal(words, ())


def _named(words: str, rule: _Rule, groups: dict[str, str | None], root: MapNode | None) -> Refusal:
    """Return what Compose's words name."""
    codes = rule.codes
    if groups.get("kind") in _UNDEFINED:
        codes = (f"{groups['kind']}_undefined",)
    parts: tuple[Part, ...] = ()
    if service := groups.get("service"):
        parts = ("services", service)
    if path := groups.get("path"):
        parts = _parts(path, root)
    if (key := groups.get("key")) is not None:
        # Go escapes odd characters in its own way; without them, the name is as it is written.
        parts = parts if "\\" in key else (*parts, key)
    line = groups.get("line")
    return Refusal(
        words,
        codes,
        parts,
        groups.get("file") or "",
        int(line) if line else None,
        groups.get("value") or groups.get("name") or groups.get("variable"),
    )


def _parts(path: str, root: MapNode | None) -> tuple[Part, ...]:
    """Read a path in one of Compose's ways: `services[web].ports[0]`, `services.web.ports.[0]`, or `.0`.

    A name may have dots in it, which only what is written can tell. It ends at an item that has no number.
    """
    steps = [match[2] or match[1] for match in _STEP.finditer(path.replace("[", ".[").replace("..", "."))]
    parts: list[Part] = []
    node: Node | None = root
    while steps:
        if steps[0] == "":
            break
        part, used = _next(steps, node)
        parts.append(part)
        steps = steps[used:]
        node = _inside(node, part)
    return tuple(parts)


def _next(steps: list[str], node: Node | None) -> tuple[Part, int]:
    """Return the next part, and of how many steps it is made."""
    if isinstance(node, ListNode) and steps[0].isdigit():
        return int(steps[0]), 1
    if isinstance(node, MapNode):
        for used in range(1, len(steps) + 1):
            name = ".".join(steps[:used])
            if name in node.entries:
                return name, used
    return steps[0], 1


def _inside(node: Node | None, part: Part) -> Node | None:
    if isinstance(node, MapNode):
        return node.entries.get(str(part))
    if isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
        return node.items[part]
    return None


def found_by_value(refusal: Refusal, root: MapNode | None) -> tuple[Part, ...]:
    """Return the path of the item that Compose quotes; () where it quotes none, or a part of it."""
    wanted = next((_LISTS[code] for code in refusal.codes if code in _LISTS), None)
    if refusal.value is None or root is None or wanted is None:
        return ()
    services = root.entries.get("services")
    for name, service in services.entries.items() if isinstance(services, MapNode) else ():
        for number, item in enumerate(items(entry(service, wanted))):
            if isinstance(item, ScalarNode) and str(item.value) == refusal.value:
                return "services", name, wanted, number
    return ()


def path_of(refusal: Refusal, root: MapNode | None) -> str:
    """Return the path that Compose's words lead to, as findings write it."""
    return joined(*(refusal.parts or found_by_value(refusal, root)))


def place_of(refusal: Refusal, names: dict[str, str], only: str | None) -> Place | None:
    """Return the place that Compose's words name themselves.

    `names` says how findings name files; `only` is the file that is meant where none is named.
    """
    file = names.get(refusal.file, refusal.file) or only
    return Place(file, refusal.line) if file and refusal.line is not None else None
