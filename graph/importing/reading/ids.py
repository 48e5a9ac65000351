"""Applies the rules of a mapping that make ids equal."""

import re
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.mapping.formats import PHONE_RULE
from graph.importing.reading.compatible_text import nfkc
from graph.importing.reading.phone_ids import unify_phones

WITHOUT_SUFFIX = "without_suffix"
RULES: dict[str, Callable[[pa.Array], pa.Array]] = {
    "nfkc": nfkc,
    "lower_case": pc.utf8_lower,
    "no_spaces": lambda ids: pc.replace_substring_regex(ids, r"[\s\p{Z}]+", ""),
    "no_leading_signs": lambda ids: pc.replace_substring_regex(ids, r"^[^\p{L}\p{N}]+", ""),
    "whole_numbers": lambda ids: pc.replace_substring_regex(ids, r"^(\d+)\.0+$", r"\1"),
    "no_leading_zeros": lambda ids: pc.replace_substring_regex(ids, r"^0+(\d+(?:\.0+)?)$", r"\1"),
    WITHOUT_SUFFIX: lambda ids: pc.replace_substring_regex(ids, r"[-_ ][^-_ ]+$", ""),
}
"""In the order in which they are applied."""


def normalise(ids: pa.Array, rules: Sequence[str], left_alone: pa.Array | None = None) -> pa.Array:
    """Return `ids` after `rules`; ids that are `left_alone` keep their suffix."""
    for phones in (name for name in rules if re.fullmatch(PHONE_RULE, name)):
        ids = unify_phones(ids, phones)
    for name, rule in RULES.items():
        if name not in rules:
            continue
        if name == WITHOUT_SUFFIX and left_alone is not None:
            ids = pc.if_else(pc.is_in(ids, value_set=left_alone), ids, rule(ids))
        else:
            ids = rule(ids)
    return ids
