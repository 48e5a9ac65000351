"""Counts the dates with names of months in a column, and decides their language."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.values.date_orders import Example
from graph.importing.values.time_shapes import named_shapes, time_shape
from graph.importing.vocabulary.month_names import translate

_MAX_SHAPES = 2_000


class NamedDates:
    """Dates with names of months, by their shape."""

    def __init__(self) -> None:
        self._rows: Counter[str] = Counter()
        self._examples: dict[str, Example] = {}

    def add(self, numbers: NDArray[np.int64], text: pa.Array) -> None:
        """Count dates of `text`, whose row numbers are `numbers`; each has a reading in some language."""
        shapes = pc.replace_substring_regex(text, r"\d", "9").dictionary_encode()
        codes = shapes.indices.to_numpy(zero_copy_only=False)
        _, firsts, counts = np.unique(codes, return_index=True, return_counts=True)
        for first, count in zip(firsts.tolist(), counts.tolist(), strict=True):
            shape = shapes[first].as_py()
            if shape in self._rows or len(self._rows) < _MAX_SHAPES:
                self._rows[shape] += count
                self._examples.setdefault(shape, Example(int(numbers[first]), text[first].as_py()))

    @property
    def rows(self) -> int:
        """Number of dates."""
        return self._rows.total()

    def readings(self) -> tuple[list[Counter[str]], list[Example]]:
        """Return the formats by their rows, for each language that reads most of the dates in its own way.

        With more than one, the examples are dates that they read as different months. Dates that a language
        does not read are English; if they are not, they have no format.
        """
        if not self._rows or all(time_shape(shape) for shape in self._rows):
            return [self._formats("")], []
        readable: Counter[str] = Counter()
        for shape, rows in self._rows.items():
            readable.update(dict.fromkeys(named_shapes(shape), rows))
        most = max(readable.values())
        languages = [language for language, rows in readable.items() if rows == most]
        ways: dict[tuple[str, ...], str] = {}
        for language in languages:
            ways.setdefault(tuple(self._month(shape, language) for shape in self._rows), language)
        chosen = list(ways.values())
        formats = [self._formats(language) for language in chosen]
        differing = [
            self._examples[shape]
            for shape in self._rows
            if len({self._month(shape, language) for language in chosen}) > 1
        ]
        return formats, differing[:2]

    def _month(self, shape: str, language: str) -> str:
        named = named_shapes(shape)
        reading = named.get(language) or named.get("")
        return translate(reading.english, "en") if reading else ""

    def _formats(self, language: str) -> Counter[str]:
        formats: Counter[str] = Counter()
        for shape, rows in self._rows.items():
            if not language and (known := time_shape(shape)):
                # Without names in other languages, no other one is looked up.
                formats[known.layout] += rows
                continue
            named = named_shapes(shape)
            if reading := named.get(language) or named.get(""):
                formats[reading.layout] += rows
        return formats
