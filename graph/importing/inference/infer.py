"""Infers a first, commented mapping for a folder of files from names and values, for the user to correct."""

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from graph.errors import ImportFailed, InvalidRequest
from graph.importing.contract import TABLES
from graph.importing.inference.column_names import COLUMN_WORDS, ENTITY_OF, TABLE_WORDS
from graph.importing.inference.template import InferredFile, render_mapping, simplify
from graph.importing.mapping.model import FILE_NAME
from graph.importing.mapping.source import Source
from graph.importing.reading.blocks import delimiter_of, format_of, open_decompressed, read_header
from graph.importing.reading.folders import Folder

_SAMPLE_BYTES = 256 * 1024
_SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".pq")
_TIME_FORMATS = tuple(
    day + clock
    for day in ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d")
    for clock in (" %H:%M:%S", " %H:%M", "")
)


def infer_mapping(folder: Path, dataset: str | None = None, zone: str = "UTC") -> str:
    """Return the text of a first mapping. Raises InvalidRequest where `folder` has no data files."""
    if not folder.exists():
        raise InvalidRequest(f"{folder} does not exist.", "Name the folder with your files.")
    files = [_infer_file(file.path, file.name) for file in Folder(folder).files() if _is_data(file.path)]
    if not files:
        raise InvalidRequest(
            f"There are no data files in {folder}.",
            f"Groundswell reads {', '.join(_SUFFIXES)}, also .gz and .zst.",
        )
    name = dataset or re.sub(r"[^\w.-]+", "-", folder.resolve().name.removesuffix(".zip")) or "my-data"
    return render_mapping(name, zone, files)


def _is_data(path: Path) -> bool:
    bare = path.with_suffix("") if path.suffix in {".gz", ".zst"} else path
    return path.is_file() and bare.suffix.lower() in _SUFFIXES and path.name != FILE_NAME


def _infer_file(path: Path, name: str) -> InferredFile:
    file = InferredFile(name, _table_of(name))
    source = Source(files=[name])
    if format_of(path, source) == "parquet":
        sample = _parquet_sample(path)
    else:
        raw = _first_bytes(path)
        file.encoding = _encoding(raw)
        text = raw.decode(file.encoding[0], errors="replace")
        if format_of(path, source) == "csv":
            file.delimiter = _delimiter(text)
        source = Source(files=[name], encoding=file.encoding, delimiter=file.delimiter)
        sample = _text_sample(path, source, text)
    file.names = list(sample)
    if file.table is None and {"source", "target"} <= {simplify(name) for name in file.names}:
        file.table = "ties"
    if file.table:
        _infer_columns(file, sample)
    return file


def _table_of(name: str) -> str | None:
    bare = simplify(Path(name).name)
    return next((table for table, words in TABLE_WORDS.items() if any(word in bare for word in words)), None)


def _first_bytes(path: Path) -> bytes:
    with open_decompressed(path) as file:
        raw = file.read(_SAMPLE_BYTES)
    cut = raw.rfind(b"\n")
    return raw[: cut + 1] if len(raw) == _SAMPLE_BYTES and cut > 0 else raw


def _encoding(raw: bytes) -> list[str]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    lines = raw.split(b"\n")
    if all(_is_utf8(line) for line in lines):
        return ["utf-8"]
    # Some lines are valid UTF-8 beyond ASCII and others are not: the file mixes two encodings.
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
        delimiter = csv.Sniffer().sniff("\n".join(text.splitlines()[:20]), delimiters=",;\t|").delimiter
    except csv.Error:
        return None
    return None if delimiter == "," else delimiter


def _text_sample(path: Path, source: Source, text: str) -> dict[str, list[str]]:
    if format_of(path, source) == "jsonl":
        frame = pd.read_json(io.StringIO(text), lines=True, dtype=False) if text.strip() else pd.DataFrame()
        return {str(name): [str(value) for value in frame[name].dropna()] for name in frame.columns}
    try:
        names = read_header(path, source)
    except ImportFailed:
        return {}
    reader = csv.reader(text.splitlines()[1:2000], delimiter=delimiter_of(path, source))
    rows = [row for row in reader if len(row) == len(names)]
    return {name: [row[i].strip() for row in rows if row[i].strip()] for i, name in enumerate(names)}


def _parquet_sample(path: Path) -> dict[str, list[str]]:
    file = pq.ParquetFile(path)
    batch = next(file.iter_batches(2000), None)
    if batch is None:
        return {name: [] for name in file.schema_arrow.names}
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    return {name: [] if _is_time(column) else _texts(column) for name, column in columns.items()}


def _is_time(column: pa.Array) -> bool:
    return bool(pa.types.is_timestamp(column.type) or pa.types.is_date(column.type))


def _texts(column: pa.Array) -> list[str]:
    return [str(value) for value in column.to_pylist() if value is not None]


def _infer_columns(file: InferredFile, sample: dict[str, list[str]]) -> None:
    by_plain = {simplify(name): name for name in reversed(file.names)}
    table = file.table or ""
    for field_spec in TABLES[table].fields:
        if field_spec.name == "id":
            words = ("id", *COLUMN_WORDS.get(ENTITY_OF.get(table, ""), ()))
            words = words if table != "behaviours" else ("event_id", "line_id")
        elif field_spec.name == "object":
            words = (*COLUMN_WORDS["product"], *COLUMN_WORDS["coupon"], *COLUMN_WORDS["campaign"])
        else:
            words = COLUMN_WORDS.get(field_spec.name, (field_spec.name,))
        column = next((by_plain[word] for word in words if word in by_plain), None)
        if column is not None and column not in file.columns.values():
            file.columns[field_spec.name] = column
    if table == "behaviours" and "kind" in file.columns:
        file.kinds = sorted(set(sample[file.columns["kind"]]))[:20]
    for field_spec in TABLES[table].fields:
        values = sample.get(file.columns.get(field_spec.name, ""), [])
        if field_spec.kind == "time" and values:
            file.times = _time_formats(values, file.times)
        if field_spec.kind == "number" and any(
            re.fullmatch(r"-?[\d.]*\d,\d{1,2}", value) for value in values
        ):
            file.decimal_comma = True


def _time_formats(values: list[str], known: list[str]) -> list[str]:
    """Return the formats that parse `values`, the strictest first; several where the column mixes formats."""
    formats, unparsed = list(known), pd.Series(values, dtype=object)
    numbers = pd.to_numeric(unparsed, errors="coerce")
    for name, low, high in (("excel", 20_000, 80_000), ("epoch_s", 3e8, 4e9), ("epoch_ms", 3e11, 4e12)):
        fits = numbers.between(low, high)
        if fits.any() and name not in formats:
            formats.append(name)
        unparsed = unparsed[~fits.loc[unparsed.index]]
    for name in ("ISO8601", *_TIME_FORMATS):
        if not len(unparsed):
            break
        parsed = pd.to_datetime(unparsed, format=name, errors="coerce", utc=True)
        if parsed.notna().any():
            mapped = "iso" if name == "ISO8601" else name
            formats += [] if mapped in formats else [mapped]
            unparsed = unparsed[parsed.isna()]
    return formats
