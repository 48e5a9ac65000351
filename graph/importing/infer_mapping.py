"""A first mapping for a folder of files: guessed from names and values, commented, to be corrected."""

import csv
import io
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from graph.errors import ImportFailed, InvalidRequest
from graph.importing.blocks import format_of, open_plain, read_header
from graph.importing.column_names import COLUMN_WORDS, ENTITY_OF, TABLE_WORDS
from graph.importing.contract import TABLES
from graph.importing.mapping import FILE_NAME, Source

_SAMPLE_BYTES = 256 * 1024
_DATA = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".pq")
_YAML_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}
_TIMES = tuple(
    day + clock
    for day in ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d")
    for clock in (" %H:%M:%S", " %H:%M", "")
)


@dataclass
class Guess:
    """What one file seems to be."""

    name: str
    table: str | None
    encoding: list[str] = field(default_factory=lambda: ["utf-8"])
    delimiter: str | None = None
    names: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    decimal_comma: bool = False


def sketch(folder: Path, dataset: str | None = None, zone: str = "UTC") -> str:
    """The text of a first mapping. Raises InvalidRequest where `folder` holds no data files."""
    if not folder.is_dir():
        raise InvalidRequest(f"{folder} is no folder.", "Name the folder that holds your files.")
    guesses = [
        _guess(path, path.relative_to(folder).as_posix())
        for path in sorted(folder.rglob("*"))
        if _is_data(path)
    ]
    if not guesses:
        raise InvalidRequest(
            f"There are no data files in {folder}.",
            f"Groundswell reads {', '.join(_DATA)}, also .gz and .zst.",
        )
    name = dataset or re.sub(r"[^\w.-]+", "-", folder.resolve().name) or "my-data"
    return _write(name, zone, guesses)


def _is_data(path: Path) -> bool:
    bare = path.with_suffix("") if path.suffix in {".gz", ".zst"} else path
    return path.is_file() and bare.suffix.lower() in _DATA and path.name != FILE_NAME


def _guess(path: Path, name: str) -> Guess:
    guess = Guess(name, _table_of(name))
    source = Source(files=[name])
    if format_of(path, source) == "parquet":
        sample = _parquet_sample(path)
    else:
        raw = _first_bytes(path)
        guess.encoding = _encoding(raw)
        text = raw.decode(guess.encoding[0], errors="replace")
        if format_of(path, source) == "csv":
            guess.delimiter = _delimiter(text)
        source = Source(files=[name], encoding=guess.encoding, delimiter=guess.delimiter)
        sample = _text_sample(path, source, text)
    guess.names = list(sample)
    if guess.table is None and {"source", "target"} <= {_plain(one) for one in guess.names}:
        guess.table = "ties"
    if guess.table:
        _fill(guess, sample)
    return guess


def _table_of(name: str) -> str | None:
    bare = _plain(Path(name).name)
    return next((table for table, words in TABLE_WORDS.items() if any(word in bare for word in words)), None)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _first_bytes(path: Path) -> bytes:
    with open_plain(path) as file:
        raw = file.read(_SAMPLE_BYTES)
    cut = raw.rfind(b"\n")
    return raw[: cut + 1] if len(raw) == _SAMPLE_BYTES and cut > 0 else raw


def _encoding(raw: bytes) -> list[str]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    lines = raw.split(b"\n")
    broken = sum(not _is_utf8(line) for line in lines)
    if not broken:
        return ["utf-8"]
    # Some lines are UTF-8 beyond ASCII, others are not: the file was put together from two.
    mixed = any(_is_utf8(line) and not line.isascii() for line in lines)
    return ["utf-8", "cp1252"] if mixed else ["cp1252"]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(text: str) -> str | None:
    try:
        found = csv.Sniffer().sniff("\n".join(text.splitlines()[:20]), delimiters=",;\t|").delimiter
    except csv.Error:
        return None
    return None if found == "," else found


def _text_sample(path: Path, source: Source, text: str) -> dict[str, list[str]]:
    if format_of(path, source) == "jsonl":
        frame = pd.read_json(io.StringIO(text), lines=True, dtype=False) if text.strip() else pd.DataFrame()
        return {str(name): [str(one) for one in frame[name].dropna()] for name in frame.columns}
    try:
        names = read_header(path, source)
    except ImportFailed:
        return {}
    delimiter = source.delimiter or ("\t" if format_of(path, source) == "tsv" else ",")
    rows = [
        row for row in csv.reader(text.splitlines()[1:2000], delimiter=delimiter) if len(row) == len(names)
    ]
    return {
        name: [row[place].strip() for row in rows if row[place].strip()] for place, name in enumerate(names)
    }


def _parquet_sample(path: Path) -> dict[str, list[str]]:
    file = pq.ParquetFile(path)
    batch = next(file.iter_batches(2000), None)
    if batch is None:
        return {name: [] for name in file.schema_arrow.names}
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    return {name: [] if _is_moment(column) else _texts(column) for name, column in columns.items()}


def _is_moment(column: pa.Array) -> bool:
    return bool(pa.types.is_timestamp(column.type) or pa.types.is_date(column.type))


def _texts(column: pa.Array) -> list[str]:
    return [str(one) for one in column.to_pylist() if one is not None]


def _fill(guess: Guess, sample: dict[str, list[str]]) -> None:
    by_plain = {_plain(name): name for name in reversed(guess.names)}
    table = guess.table or ""
    for one in TABLES[table].fields:
        if one.name == "id":
            words = ("id", *COLUMN_WORDS.get(ENTITY_OF.get(table, ""), ()))
            words = words if table != "behaviours" else ("event_id", "line_id")
        elif one.name == "object":
            words = (*COLUMN_WORDS["product"], *COLUMN_WORDS["coupon"], *COLUMN_WORDS["campaign"])
        else:
            words = COLUMN_WORDS.get(one.name, (one.name,))
        found = next((by_plain[word] for word in words if word in by_plain), None)
        if found is not None and found not in guess.columns.values():
            guess.columns[one.name] = found
    if table == "behaviours" and "kind" in guess.columns:
        guess.kinds = sorted(set(sample[guess.columns["kind"]]))[:20]
    for one in TABLES[table].fields:
        values = sample.get(guess.columns.get(one.name, ""), [])
        if one.kind == "time" and values:
            guess.times = _times(values, guess.times)
        if one.kind == "number" and any(re.fullmatch(r"-?[\d.]*\d,\d{1,2}", value) for value in values):
            guess.decimal_comma = True


def _times(values: list[str], known: list[str]) -> list[str]:
    """The formats that read `values`, the most telling first; several where the file mixes them."""
    found, left = list(known), pd.Series(values, dtype=object)
    numbers = pd.to_numeric(left, errors="coerce")
    for name, low, high in (("excel", 20_000, 80_000), ("epoch_s", 3e8, 4e9), ("epoch_ms", 3e11, 4e12)):
        fits = numbers.between(low, high)
        if fits.any() and name not in found:
            found.append(name)
        left = left[~fits.loc[left.index]]
    for name in ("ISO8601", *_TIMES):
        if not len(left):
            break
        parsed = pd.to_datetime(left, format=name, errors="coerce", utc=True)
        if parsed.notna().any():
            found += [] if (said := "iso" if name == "ISO8601" else name) in found else [said]
            left = left[parsed.isna()]
    return found


def _write(dataset: str, zone: str, guesses: list[Guess]) -> str:
    lines = [
        "# How the files of this folder fill Groundswell's tables. A first guess: read it, correct it, then",
        "#   groundswell import check .     says what would become of every row",
        "#   groundswell import run .       brings it in",
        "version: 1",
        f"dataset: {_quoted(dataset)}",
        f"zone: {zone}  # of times that do not say theirs; your own, like Europe/Berlin",
        "max_rejected: 0.05  # the job stops when a larger share of the rows is rejected",
        "tables:",
    ]
    for table in TABLES:
        mine = [guess for guess in guesses if guess.table == table]
        if mine:
            lines.append(f"  {table}:  # {TABLES[table].becomes}")
            for guess in mine:
                lines += _source_lines(guess)
        elif TABLES[table].required:
            lines += [
                f"  # {table} is needed, and no file looks like it:",
                f"  # {table}:",
                "  #   - files: ...",
            ]
    odd = [guess.name for guess in guesses if guess.table is None]
    if odd:
        lines.append(f"# Not understood, and left out: {', '.join(odd)}")
    return "\n".join([*lines, *_kind_lines(guesses)]) + "\n"


def _source_lines(guess: Guess) -> list[str]:
    spec = TABLES[guess.table or ""]
    lines = [f"    - files: {_quoted(guess.name)}"]
    if guess.encoding != ["utf-8"]:
        comment = "  # each line is read by the first that fits" if len(guess.encoding) > 1 else ""
        lines.append(f"      encoding: [{', '.join(guess.encoding)}]{comment}")
    if guess.delimiter:
        lines.append(f"      delimiter: {_quoted(guess.delimiter)}")
    if guess.times and guess.times != ["iso"]:
        lines.append(
            f"      times: [{', '.join(_quoted(one) for one in guess.times)}]  # tried in this order"
        )
    if guess.decimal_comma:
        lines.append('      numbers: {decimal: ",", thousands: "."}')
    lines.append("      columns:")
    if guess.table == "campaigns":
        lines.insert(1, "      end_is_last_day: true  # false: `ends` is the first moment after the campaign")
    constant = guess.table == "behaviours" and "kind" not in guess.columns
    for one in spec.fields:
        if one.name in guess.columns:
            lines.append(f"        {one.name}: {_quoted(guess.columns[one.name])}")
        elif one.required and not (constant and one.name == "kind"):
            lines.append(f"        # {one.name}: ...  # needed: {one.meaning}")
    if constant:
        kind = "redemption" if "coupon" in _plain(guess.columns.get("object", "")) else "purchase"
        lines.append(f"      constants: {{kind: {kind}}}")
    left = [name for name in guess.names if name not in guess.columns.values()]
    if left and spec.attributes:
        pairs = ", ".join(f"{_plain(name) or 'column'}: {_quoted(name)}" for name in left)
        lines.append(f"      attributes: {{{pairs}}}")
    elif left:
        lines.append(f"      # not used: {', '.join(left)}")
    return lines


def _kind_lines(guesses: list[Guess]) -> list[str]:
    tables = {guess.table for guess in guesses}
    rule = "promoted" if "promotions" in tables else "any" if "targetings" in tables else "never"
    kinds: dict[str, str] = {}
    for guess in guesses:
        if guess.table != "behaviours":
            continue
        column = _plain(guess.columns.get("object", ""))
        thing = next((one for one in ("coupon", "campaign") if column in COLUMN_WORDS[one]), "product")
        default = "redemption" if thing == "coupon" else "purchase"
        for kind in guess.kinds or [default]:
            kinds.setdefault(kind, thing)
    lines = [
        "# What users do: the relationship it becomes, its object (product, coupon, campaign), its weight in",
        "# the influence level, and when it counts as taking part in a campaign: promoted (its product is",
        "# promoted by the campaign), named (it names the campaign), any (whatever it is), never.",
        "kinds:",
    ]
    for kind, thing in kinds.items():
        kind_type = re.sub(r"[^A-Z0-9]+", "_", kind.upper()).strip("_") or "BEHAVIOUR"
        known = {"PURCHASE": "PURCHASED", "REDEMPTION": "REDEEMED", "VIEW": "VIEWED", "ORDER": "ORDERED"}
        counts = "named" if thing != "product" else rule
        type_ = known.get(kind_type, kind_type if kind_type[0].isalpha() else f"DID_{kind_type}")
        lines.append(f"  {_quoted(kind)}: {{type: {type_}, object: {thing}, weight: 1, counts: {counts}}}")
    targeted = "true" if "targetings" in tables else "false"
    lines.append(f"participation: {{targeted: {targeted}, window: true}}  # targeted: only users it reached")
    return lines


def _quoted(text: str) -> str:
    """`text` as a YAML scalar; JSON's strings are YAML's."""
    plain = re.fullmatch(r"[A-Za-z_][\w./-]*", text) and text.lower() not in _YAML_WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)
