"""Renders an inferred mapping as commented YAML, for the user to correct."""

import json
import re
from dataclasses import dataclass, field

from graph.importing.contract import TABLES
from graph.importing.inference.column_names import COLUMN_WORDS

_YAML_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}


@dataclass
class InferredFile:
    """The inferred table and format of one file."""

    name: str
    table: str | None
    encoding: list[str] = field(default_factory=lambda: ["utf-8"])
    delimiter: str | None = None
    names: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    decimal_comma: bool = False


def simplify(text: str) -> str:
    """Return `text` in lower case with underscores between words."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def render_mapping(dataset: str, zone: str, files: list[InferredFile]) -> str:
    """Return the mapping of `files` as commented YAML."""
    lines = [
        "# Maps the files of this folder to Groundswell's tables. Inferred: review and correct it, then run",
        "#   groundswell import check .     to validate every row",
        "#   groundswell import run .       to import",
        "version: 1",
        f"dataset: {_quoted(dataset)}",
        f"zone: {zone}  # time zone of times without one, for example Europe/Berlin",
        "max_rejected: 0.05  # the import stops when a larger share of rows is rejected",
        "tables:",
    ]
    for table in TABLES:
        sources = [file for file in files if file.table == table]
        if sources:
            lines.append(f"  {table}:  # {TABLES[table].becomes}")
            for file in sources:
                lines += _source_lines(file)
        elif TABLES[table].required:
            lines += [
                f"  # {table} is required, but no file was recognised:",
                f"  # {table}:",
                "  #   - files: ...",
            ]
    unrecognised = [file.name for file in files if file.table is None]
    if unrecognised:
        lines.append(f"# Not recognised, therefore unused: {', '.join(unrecognised)}")
    return "\n".join([*lines, *_kind_lines(files)]) + "\n"


def _source_lines(file: InferredFile) -> list[str]:
    spec = TABLES[file.table or ""]
    lines = [f"    - files: {_quoted(file.name)}"]
    if file.encoding != ["utf-8"]:
        comment = "  # each line uses the first that fits" if len(file.encoding) > 1 else ""
        lines.append(f"      encoding: [{', '.join(file.encoding)}]{comment}")
    if file.delimiter:
        lines.append(f"      delimiter: {_quoted(file.delimiter)}")
    if file.times and file.times != ["iso"]:
        lines.append(
            f"      times: [{', '.join(_quoted(name) for name in file.times)}]  # tried in this order"
        )
    if file.decimal_comma:
        lines.append('      numbers: {decimal: ",", thousands: "."}')
    lines.append("      columns:")
    if file.table == "campaigns":
        lines.insert(1, "      end_is_last_day: true  # false: `ends` is the first moment after the campaign")
    constant = file.table == "behaviours" and "kind" not in file.columns
    for field_spec in spec.fields:
        name = field_spec.name
        if name in file.columns:
            lines.append(f"        {name}: {_quoted(file.columns[name])}")
        elif field_spec.required and not (constant and name == "kind"):
            lines.append(f"        # {name}: ...  # required: {field_spec.meaning}")
    if constant:
        kind = "redemption" if "coupon" in simplify(file.columns.get("object", "")) else "purchase"
        lines.append(f"      constants: {{kind: {kind}}}")
    unused = [name for name in file.names if name not in file.columns.values()]
    if unused and spec.attributes:
        pairs = ", ".join(f"{simplify(name) or 'column'}: {_quoted(name)}" for name in unused)
        lines.append(f"      attributes: {{{pairs}}}")
    elif unused:
        lines.append(f"      # unused: {', '.join(unused)}")
    return lines


def _kind_lines(files: list[InferredFile]) -> list[str]:
    tables = {file.table for file in files}
    rule = "promoted" if "promotions" in tables else "any" if "targetings" in tables else "never"
    kinds: dict[str, str] = {}
    for file in files:
        if file.table != "behaviours":
            continue
        column = simplify(file.columns.get("object", ""))
        entities = ("coupon", "campaign")
        entity = next((entity for entity in entities if column in COLUMN_WORDS[entity]), "product")
        default = "redemption" if entity == "coupon" else "purchase"
        for kind in file.kinds or [default]:
            kinds.setdefault(kind, entity)
    lines = [
        "# Kinds of behaviours: relationship type, object (product, coupon, campaign), weight in the",
        "# influence level, and when one counts as participation: promoted (the campaign promotes its",
        "# product), named (it names the campaign), any, never.",
        "kinds:",
    ]
    for kind, entity in kinds.items():
        kind_type = re.sub(r"[^A-Z0-9]+", "_", kind.upper()).strip("_") or "BEHAVIOUR"
        known = {"PURCHASE": "PURCHASED", "REDEMPTION": "REDEEMED", "VIEW": "VIEWED", "ORDER": "ORDERED"}
        counts = "named" if entity != "product" else rule
        type_ = known.get(kind_type, kind_type if kind_type[0].isalpha() else f"DID_{kind_type}")
        lines.append(f"  {_quoted(kind)}: {{type: {type_}, object: {entity}, weight: 1, counts: {counts}}}")
    targeted = "true" if "targetings" in tables else "false"
    lines.append(
        f"participation: {{targeted: {targeted}, window: true}}  # targeted: only users whom it targeted"
    )
    return lines


def _quoted(text: str) -> str:
    """Format `text` as a YAML scalar; a JSON string is one."""
    plain = re.fullmatch(r"[A-Za-z_][\w./-]*", text) and text.lower() not in _YAML_WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)
