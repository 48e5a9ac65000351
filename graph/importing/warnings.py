"""Warnings: what an import would do, or did, that somebody should look at although no row is wrong."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class DataWarning:
    """One finding about the data of an import.

    Attributes
    ----------
    code
        Identifies the kind of finding, like `similar_ids`.
    text
        What was found, where, and what to do.
    count
        Number of rows, values or ids that it concerns.
    examples
        A few of them, with file and row where known.
    """

    code: str
    text: str
    count: int
    examples: list[str] = field(default_factory=list)


def to_json(warnings: Iterable[DataWarning]) -> str:
    """Return warnings as the text that a Run stores."""
    return json.dumps([asdict(warning) for warning in warnings], ensure_ascii=False)


def from_json(text: str | None) -> list[DataWarning]:
    """Return the warnings that a Run stores; none for a Run without any."""
    return [DataWarning(**warning) for warning in json.loads(text or "[]")]
