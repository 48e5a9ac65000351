"""Reads text files of ids, one per line."""

from pathlib import Path

from graph.errors import InvalidRequest


def read_ids(file: Path) -> list[str]:
    """Read the ids of users or products from a text file, one per line.

    Raises
    ------
    InvalidRequest
        If the file cannot be read.
    """
    try:
        return [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(
            f"{file} cannot be read: {error}.", "Name a text file with one id per line, in UTF-8."
        ) from error
