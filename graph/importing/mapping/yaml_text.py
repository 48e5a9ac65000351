"""Reads YAML as version 1.2 has it: only true and false are truth values, so that `on` and `NO` are texts.

A key that occurs twice is refused, as version 1.2 says, because one of its values would be lost.
Aliases (`*name`) are refused: eight lines of them can stand for more values than fit into memory.
"""

import json
import re
from collections.abc import Hashable
from typing import Any

import yaml

_BOOL = "tag:yaml.org,2002:bool"
_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}
_MAX_DEPTH = 50
"""Levels of nesting; mappings have fewer than ten."""


class _Loader(yaml.SafeLoader):
    """PyYAML follows version 1.1, in which on, off, yes and no are truth values, too."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose a node, unless it is an alias or too deep for the recursion of PyYAML."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            problem = f"the alias *{event.anchor} is not supported; write the value out instead"
        elif self.depth == _MAX_DEPTH:
            problem = f"the nesting is too deep; at most {_MAX_DEPTH} levels are supported"
        else:
            self.depth += 1
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node
        raise yaml.composer.ComposerError(None, None, problem, event.start_mark)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Construct a mapping, unless a key occurs twice: of two rules under `where`, one would be lost."""
        first: dict[tuple[str, str], yaml.Node] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                other = first.setdefault((key.tag, key.value), key)
                if other is not key:
                    line = other.start_mark.line + 1
                    problem = f"the key {key.value!r} occurs twice; it is in line {line} already"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def load_yaml(text: str) -> object:
    """Return the content of a YAML text. Raises yaml.YAMLError."""
    try:
        return yaml.load(text, Loader=_Loader)
    except (ValueError, LookupError, AttributeError) as error:
        # PyYAML lets the errors of values like 2024-02-31 or `!!int x` through.
        raise yaml.YAMLError(f"a value is not valid: {error}") from error


def in_one_line(value: Any) -> str:
    """Format `value` as YAML in one line; a JSON string is a YAML scalar."""
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{in_one_line(name)}: {in_one_line(item)}" for name, item in value.items()) + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(in_one_line(item) for item in value) + "]"
    if isinstance(value, str):
        plain = re.fullmatch(r"[A-Za-z_][\w./+-]*", value, re.ASCII) and value.lower() not in _WORDS
        return value if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
