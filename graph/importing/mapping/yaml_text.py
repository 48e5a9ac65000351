"""Reads YAML as version 1.2 has it: only true and false are truth values, so that `on` and `NO` are texts."""

import re

import yaml

_BOOL = "tag:yaml.org,2002:bool"


class _Loader(yaml.SafeLoader):
    """PyYAML follows version 1.1, in which on, off, yes and no are truth values, too."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def load_yaml(text: str) -> object:
    """Return the content of a YAML text. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=_Loader)
