"""Finds how a delimited file is written: encoding, delimiter, and what stands above its header."""

from typing import IO

from graph.importing.inference.draft import Ask, Noted
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.reading import delimiters, encodings
from graph.importing.reading.opening import damage_reported, format_of, open_decompressed
from graph.importing.reading.title_rows import lines_above_header, rows_above_header

_SAMPLE_BYTES = 256 * 1024
_BLOCK_BYTES = 4 * 1024 * 1024
_SHOWN = 60


def find_layout(file: InspectedFile) -> None:
    """Decide encoding and delimiter, or ask where several fit. Raises ImportFailed for a damaged file."""
    with damage_reported(file.path), open_decompressed(file.path) as opened:
        raw = opened.read(_SAMPLE_BYTES)
        if len(raw) == _SAMPLE_BYTES and b"\n" in raw:
            end = raw.rfind(b"\n") + 1
            raw, rest = raw[:end], raw[end:]
            if _is_utf8(raw) and b"\0" not in raw:
                raw += _other_lines(opened, rest)
    found = encodings.candidates(raw)
    encoding, is_mixed = found[0], _is_mixed(raw, found[0])
    chosen = ["utf-8", encoding] if is_mixed else [encoding]
    if len(found) > 1:
        first = raw.decode(encoding, errors="replace").splitlines()
        example = next((line for line in first if not line.isascii()), "")[:60]
        file.settings["encoding"] = Ask(
            f"How is the text of {file.name} encoded? As {encoding}, a line reads: {example}", tuple(found)
        )
    elif chosen != ["utf-8"]:
        file.settings["encoding"] = chosen if is_mixed else encoding
    text = _skip_title_lines(file, raw.decode(encoding, errors="replace"))
    is_tsv = format_of(file.path, file.source) == "tsv"
    fitting = delimiters.candidates(text)
    if len(fitting) > 1:
        file.settings["delimiter"] = Ask(
            f"What separates the values of {file.name}, whose first line is: {text.splitlines()[0][:80]}",
            tuple(fitting),
        )
    delimiter = fitting[0] if fitting else None
    default = "\t" if is_tsv else ","
    if delimiter and delimiter != default and len(fitting) == 1:
        file.settings["delimiter"] = delimiter
    file.source = file.source.model_copy(update={"encoding": chosen, "delimiter": delimiter})


def _other_lines(opened: IO[bytes], rest: bytes) -> bytes:
    """Return the first lines of a file that are not valid UTF-8; `rest` is the beginning of the next line."""
    found: list[bytes] = []
    size = 0
    while size < _SAMPLE_BYTES and (block := opened.read(_BLOCK_BYTES)):
        lines, _, rest = (rest + block).rpartition(b"\n")
        if not _is_utf8(lines):
            other = [line + b"\n" for line in lines.split(b"\n") if not _is_utf8(line)]
            found += other
            size += sum(map(len, other))
    if size < _SAMPLE_BYTES and not _is_utf8(rest):
        found.append(rest + b"\n")
    return b"".join(found)


def _skip_title_lines(file: InspectedFile, text: str) -> str:
    """Leave out what stands above the header, and return the text below it."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    number = lines_above_header("".join(lines))
    _skip_rows(file, number, [line.strip(" ,;|\t\r\n") for line in lines[:number]])
    return "".join(lines[number:])


def skip_titles(file: InspectedFile, rows: list[list[str]]) -> None:
    number = rows_above_header(rows)
    # The header is below empty rows in any case.
    if any(any(row) for row in rows[:number]):
        _skip_rows(file, number, [" ".join(filter(None, row)) for row in rows[:number]])


def _skip_rows(file: InspectedFile, number: int, titles: list[str]) -> None:
    if number:
        shown = " / ".join(" ".join(title.split())[:_SHOWN] for title in titles if title) or "empty rows"
        file.settings["skip_rows"] = Noted(number, f"above the header: {shown}")
        file.source = file.source.model_copy(update={"skip_rows": number})


def _is_mixed(raw: bytes, encoding: str) -> bool:
    """Whether some lines are valid UTF-8 beyond ASCII, and others are in `encoding`."""
    if encoding.startswith("utf"):
        return False
    return any(not line.isascii() and _is_utf8(line) for line in raw.split(b"\n"))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
