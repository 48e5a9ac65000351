"""Reads YAML as version 1.2 has it: only true and false are truth values, so that `on` and `NO` are texts.

Aliases (`*name`) are refused: eight lines of them can stand for more values than fit into memory.
"""

import re

import yaml

_BOOL = "tag:yaml.org,2002:bool"
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
