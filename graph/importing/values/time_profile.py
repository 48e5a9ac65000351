"""Profiles all rows of a column of times: which formats read it, what is open, what contradicts.

A profile keeps counts and a few examples, so its memory does not grow with the column.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.mapping.time_formats import DateOrder, is_counted, reordered
from graph.importing.values.counted_times import CountRange
from graph.importing.values.date_orders import Example, OrderCounts
from graph.importing.values.digits import with_plain_digits
from graph.importing.values.masks import is_true
from graph.importing.values.named_dates import NamedDates
from graph.importing.values.number_profile import TextBlocks
from graph.importing.values.time_shapes import TimeShape, named_shapes, time_shape

_MAX_SHAPES = 2_000
_EXAMPLES = 3
_COUNTS = (  # of digits before the point, format, lowest, highest
    ((5,), "excel", 20_000, 80_000),
    ((9, 10), "epoch_s", 3e8, 4e9),
    ((12, 13), "epoch_ms", 3e11, 4e12),
    ((15, 16), "epoch_us", 3e14, 4e15),
    ((18, 19), "epoch_ns", 3e17, 4e18),
)
_COMPACT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_NAMED = TimeShape("named")
"""Any date with the name of its month."""
_STRAY = 0.05
"""Share of a column's numbers that may be errors."""
_NUMBER = re.compile(r"-?9+(?:[.,]9+)?")
_COMPACT_DATE = r"^(?:19|20|21)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"


@dataclass(frozen=True)
class OpenOrder:
    """Dates whose order, or language of month names, no row decides.

    Attributes
    ----------
    choices
        For each possible reading, the formats that read these dates.
    examples
        Values that they read as different days.
    """

    choices: list[list[str]]
    examples: list[Example]


@dataclass(frozen=True)
class Contradiction:
    """Rows that no order of day and month reads together.

    Attributes
    ----------
    choices
        Two formats.
    examples
        A value that only the first reads, and one that only the second reads.
    """

    choices: tuple[str, str]
    examples: tuple[Example, Example]


@dataclass
class TimeProfile:
    """What the times of a column are.

    Attributes
    ----------
    rows
        Number of values that are not missing.
    formats
        Formats that together read all decided rows, the most frequent first.
    undecided
        Dates whose order no row decides.
    contradictions
        Dates that no one order reads.
    unread
        Number of values that no format reads.
    unread_examples
        A few of them.
    counted
        The lowest and the highest number, where the times are numbers from a start that they do not state.
    dates_in_digits
        Formats of dates, like `%y%m%d`, that read all these numbers.
    short_years
        The years of dates with two digits, as they are written, by the order of day, month and year.
    """

    rows: int = 0
    formats: list[str] = field(default_factory=list)
    undecided: list[OpenOrder] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    unread: int = 0
    unread_examples: list[Example] = field(default_factory=list)
    counted: tuple[Example, Example] | None = None
    dates_in_digits: list[str] = field(default_factory=list)
    short_years: dict[str, set[int]] = field(default_factory=dict)

    @property
    def decided(self) -> bool:
        """Whether `formats` read every row in one way."""
        return not (self.undecided or self.contradictions or self.unread or self.counted)


def profile_times(column: TextBlocks) -> TimeProfile:
    """Profile the texts of a column of times; empty texts and nulls are missing."""
    counting = _TimeCounts()
    for numbers, text in column:
        counting.add(numbers, pc.utf8_trim_whitespace(text))
    return counting.result()


class _TimeCounts:
    def __init__(self) -> None:
        self._profile = TimeProfile()
        self._formats: Counter[str] = Counter()
        self._orders: dict[DateOrder, OrderCounts] = {}
        self._layouts: dict[DateOrder, Counter[str]] = {}
        self._counts = CountRange()
        self._named = NamedDates()

    def add(self, numbers: NDArray[np.int64], text: pa.Array) -> None:
        given = np.asarray(pc.fill_null(pc.not_equal(text, ""), False).to_numpy(zero_copy_only=False))
        numbers, text = numbers[given], with_plain_digits(text.filter(pa.array(given)))
        self._profile.rows += len(text)
        shapes = pc.replace_substring_regex(text, r"\d", "9").dictionary_encode()
        codes = shapes.indices.to_numpy(zero_copy_only=False)
        names = shapes.dictionary.to_pylist()
        layouts: dict[TimeShape | None, list[int]] = {}
        for code, name in enumerate(names[:_MAX_SHAPES]):
            layouts.setdefault(_shape_of(name), []).append(code)
        layouts.setdefault(None, []).extend(range(_MAX_SHAPES, len(names)))
        if any(_NUMBER.fullmatch(name) for name in names):
            self._counts.add(numbers, text)
        for shape, of_shape in layouts.items():
            chosen = np.flatnonzero(np.isin(codes, of_shape)) if len(layouts) > 1 else np.arange(len(codes))
            if len(chosen):
                self._count(shape, numbers[chosen], text.take(pa.array(chosen)))

    def _count(self, shape: TimeShape | None, numbers: NDArray[np.int64], text: pa.Array) -> None:
        good = _plausible(shape, text)
        if not good.all():
            self._profile.unread += int((~good).sum())
            free = _EXAMPLES - len(self._profile.unread_examples)
            for row in np.flatnonzero(~good)[:free]:
                self._profile.unread_examples.append(Example(int(numbers[row]), text[int(row)].as_py()))
            numbers, text = numbers[good], text.filter(pa.array(good))
        if shape is None or not len(text):
            return
        if shape is _NAMED:
            self._named.add(numbers, text)
            return
        if shape.form is None:
            self._formats[shape.layout] += len(text)
            return
        orders = self._orders.setdefault(shape.form, OrderCounts(shape.form, shape.orders))
        orders.add(numbers, text)
        self._layouts.setdefault(shape.form, Counter())[shape.layout] += len(text)

    def result(self) -> TimeProfile:
        profile, formats = self._profile, self._formats.copy()
        for form, counts in self._orders.items():
            layouts = [layout for layout, _ in self._layouts[form].most_common()]
            orders = counts.reading_all()
            if form.year_digits == 2:
                for order in ("dmy", "mdy", "ymd"):
                    profile.short_years.setdefault(order, set()).update(counts.years(order))
            profile.unread += counts.unread
            profile.unread_examples += counts.unread_examples[: _EXAMPLES - len(profile.unread_examples)]
            if len(orders) > 1 and counts.differing:
                choices = [[reordered(layout, order) for layout in layouts] for order in orders]
                profile.undecided.append(OpenOrder(choices, counts.differing))
            elif orders:
                for layout in layouts:
                    formats[reordered(layout, orders[0])] += self._layouts[form][layout]
            elif counts.rows:
                profile.contradictions.append(_contradiction(counts, layouts[0]))
        named, differing = self._named.readings()
        if len(named) > 1:
            profile.undecided.append(OpenOrder([list(formats) for formats in named], differing))
        else:
            formats.update(named[0])
            profile.unread += self._named.rows - named[0].total()
        for seconds in [name for name in formats if name.endswith(" %H%M%S")]:
            # Without leading zeros, 2038 is 00:20:38 beside 63135.
            formats[seconds] += formats.pop(seconds.removesuffix("%S"), 0)
        profile.formats = [name for name, _ in formats.most_common()]
        if self._counts.rows and _start_is_open(profile, formats):
            profile.counted = self._counts.extremes
            profile.dates_in_digits = self._counts.dates
        return profile


def _start_is_open(profile: TimeProfile, formats: Counter[str]) -> bool:
    """Whether the numbers of a column can be counts from any start.

    Serial days of spreadsheets are recognised among dates, a stray number among Unix times is an error.
    """
    if profile.undecided or profile.contradictions or any(_is_written(name) for name in formats):
        return False
    return "excel" in formats or profile.unread > _STRAY * profile.rows


def _is_written(layout: str) -> bool:
    """Whether a format is that of a date in words or numbers with separators, not of a plain number."""
    return not is_counted(layout) and layout not in _COMPACT.values()


def _contradiction(counts: OrderCounts, layout: str) -> Contradiction:
    for i, first in enumerate(counts.orders):
        for second in counts.orders[i + 1 :]:
            one, other = counts.only(first, second), counts.only(second, first)
            if one and other:
                return Contradiction((reordered(layout, first), reordered(layout, second)), (one, other))
    raise AssertionError(f"no two dates contradict each other: {counts.orders}")


def _shape_of(shape: str) -> TimeShape | None:
    known = _count_shape(shape) or time_shape(shape)
    is_named = known.has_name if known else bool(named_shapes(shape))
    return _NAMED if is_named else known


def _count_shape(shape: str) -> TimeShape | None:
    whole, _, fraction = shape.partition(".")
    if whole.strip("9") or fraction.strip("9"):
        return None
    if not fraction and len(whole) in _COMPACT:
        return TimeShape(_COMPACT[len(whole)])
    return next((TimeShape(name) for digits, name, _, _ in _COUNTS if len(whole) in digits), None)


def _plausible(shape: TimeShape | None, text: pa.Array) -> NDArray[np.bool_]:
    """Return where `text` can be a time of its shape; a number can be anything else."""
    if shape is None:
        return np.zeros(len(text), dtype=bool)
    for _, name, low, high in _COUNTS:
        if shape.layout == name:
            numbers = text.cast(pa.float64()).to_numpy()
            return np.asarray((numbers >= low) & (numbers <= high))
    if shape.layout in _COMPACT.values():
        fits = pc.match_substring_regex(text, _COMPACT_DATE)
        return is_true(fits)
    return np.ones(len(text), dtype=bool)
