"""The formats of times by their shape: the text with a 9 for every digit, like 99/99/9999 99:99."""

import re
from functools import lru_cache
from typing import NamedTuple

from graph.importing.mapping.time_formats import DateOrder
from graph.importing.vocabulary.month_names import LANGUAGES, has_names, translate, with_plain_halves

_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_LONG_MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_DAY = "9{1,2}"
_WEEKDAY = "(?:mon|tue|wed|thu|fri|sat|sun)"
_ISO = re.compile(
    r"9999-99-99(?:(?! 9999)[T ]99:?99(?::?99(?:[.,]9{1,9})?)?(?: ?(?:[Zz]|UTC|GMT|[+-]99(?::?99)?))?)?"
    r"|99999999T99(?:99(?:99)?)?(?:Z|[+-]99(?::?99)?)?"
)
_DATES = tuple(
    (re.compile(pattern, re.IGNORECASE), layout)
    for pattern, layout in (
        (rf"({_DAY})([/.-])({_DAY})\2(9999|99)", ""),
        (rf"(9999)([/.-])({_DAY})\2({_DAY})", "%Y{0}%m{0}%d"),
        *(
            (rf"({sign})9{{1,2}}([/.-])9{{1,2}}\2(?:{_DAY})", f"{era}: {sign}%y{{0}}%m{{0}}%d")
            for sign, era in (("R", "reiwa"), ("H", "heisei"), ("S", "showa"))
        ),
        *(
            (rf"{sign}(?:9{{1,2}}|元)年9{{1,2}}月{_DAY}日", f"{era}: {sign}%y年%m月%d日")
            for sign, era in (("令和", "reiwa"), ("平成", "heisei"), ("昭和", "showa"), ("民國", "minguo"))
        ),
        (rf"9999年{_DAY}月{_DAY}日", "%Y年%m月%d日"), (rf"9999년 {_DAY}월 {_DAY}일", "%Y년 %m월 %d일"),
        (r"99999999(?=[ T])", "%Y%m%d"),
        *(
            (pattern.format(d=_DAY, m=month, w=_WEEKDAY), layout.format(m=code))
            for month, code in ((_MONTH, "%b"), (_LONG_MONTH, "%B"))
            for pattern, layout in (
                ("{d} {m} 9999", "%d {m} %Y"), ("{d} {m},? 99", "%d {m} %y"),
                ("{d}-{m}-9999", "%d-{m}-%Y"), ("{d}-{m}-99", "%d-{m}-%y"), ("{d}/{m}/9999", "%d/{m}/%Y"),
                ("{d}/{m}/99", "%d/{m}/%y"), ("{d}\\. {m} 99", "%d. {m} %y"), ("{m} {d}, 99", "{m} %d, %y"),
                ("{m}-{d}-9999", "{m}-%d-%Y"), ("{m}-{d}-99", "{m}-%d-%y"), ("9999-{m}-{d}", "%Y-{m}-%d"),
                ("{d}\\. {m} 9999", "%d. {m} %Y"), ("{d} de {m} de 9999", "%d de {m} de %Y"),
                ("{w}, {d} {m} 9999", "%a, %d {m} %Y"),
                ("{m} {d}, 9999", "{m} %d, %Y"), ("{m} {d} 9999", "{m} %d %Y"),
            )
        ),
    )
)  # fmt: skip
_CLOCKS = tuple(
    (re.compile(pattern, re.IGNORECASE), layout)
    for pattern, layout in (
        ("", ""),
        (r"99?:99", "%H:%M"), (r"99?:99:99", "%H:%M:%S"), (r"99?:99:99\.9{1,6}", "%H:%M:%S.%f"),
        (r"99?\.99", "%H.%M"), (r"99?\.99\.99", "%H.%M.%S"), (r"9999", "%H%M"), (r"999999", "%H%M%S"),
        (r"99?h", "%Hh"), (r"99?h99", "%Hh%M"), (r"99?:99h", "%H:%Mh"), (r"99?:99 h", "%H:%M h"),
        (r"99?\.99 [ap]m", "%I.%M %p"), (r"99?\.99[ap]m", "%I.%M%p"), (r"99?[ap]m", "%I%p"),
        (r"99?:99 [ap]m", "%I:%M %p"), (r"99?:99:99 [ap]m", "%I:%M:%S %p"),
        (r"99?:99[ap]m", "%I:%M%p"), (r"99?:99:99[ap]m", "%I:%M:%S%p"), (r"99? [ap]m", "%I %p"),
        (r"[ap]m99?:99", "%p%I:%M"), (r"[ap]m99?:99:99", "%p%I:%M:%S"),
        (r"[ap]m 99?:99", "%p %I:%M"), (r"[ap]m 99?:99:99", "%p %I:%M:%S"),
    )
)  # fmt: skip
_AFTER_CLOCKS = (
    (re.compile(r" ?[+-]99:?99$"), "%z"),
    (re.compile(r" (?:utc|gmt)$", re.IGNORECASE), "%Z"),
    (re.compile(r" uhr$", re.IGNORECASE), "Uhr"),  # German: 15:05 Uhr
)


class TimeShape(NamedTuple):
    """What a shape says: its format, and for numeric dates their form and possible orders."""

    layout: str
    form: DateOrder | None = None
    orders: tuple[str, ...] = ()

    @property
    def has_name(self) -> bool:
        """Whether the month is a name."""
        return "%b" in self.layout or "%B" in self.layout


class NamedShape(NamedTuple):
    """A shape with names of months as one language reads it: in English, and its format."""

    english: str
    layout: str


@lru_cache(maxsize=4096)
def named_shapes(shape: str) -> dict[str, NamedShape]:
    """Return how each language reads a shape with the name of a month, by its code.

    What pandas reads without translation has an empty code. Without such a name, there is no reading.
    """
    if not has_names(shape):
        return {}
    english = {"": shape} | {language: translate(shape, language) for language in LANGUAGES}
    return {
        language: NamedShape(text, f"{language}: {known.layout}" if language else known.layout)
        for language, text in english.items()
        if (known := time_shape(text)) and known.has_name
    }


@lru_cache(maxsize=4096)
def time_shape(shape: str) -> TimeShape | None:
    """Return the format of the times of a shape; None where it is no time that Groundswell knows."""
    plain = with_plain_halves(shape)
    return _time_shape(shape) or (_time_shape(plain) if plain != shape else None)


def _time_shape(shape: str) -> TimeShape | None:
    if _ISO.fullmatch(shape):
        return TimeShape("iso")
    rest, ending = shape, ""
    for pattern, code in _AFTER_CLOCKS:
        match = pattern.search(rest)
        if match and (":" in rest[: match.start()] or code == "Uhr"):
            rest, ending = rest[: match.start()], " " * match.group().startswith(" ") + code
    for pattern, layout in _DATES:
        match = pattern.match(rest)
        if match is None:
            continue
        clock = rest[match.end() :]
        gap = re.match(r", | (?:at|um|à|às|a las) |T| ?", clock, re.IGNORECASE)
        gap_text = gap.group() if gap else ""
        is_closed = match.group().endswith(("日", "일"))
        for clock_pattern, clock_layout in _CLOCKS:
            if not clock_pattern.fullmatch(clock[len(gap_text) :]):
                continue
            if bool(clock_layout) == bool(gap_text) or (clock_layout and is_closed):
                return _with_orders(match, layout, gap_text + clock_layout + ending)
    return None


def _with_orders(match: re.Match[str], layout: str, clock: str) -> TimeShape:
    if not layout:
        separator, digits = match.group(2), len(match.group(4))
        # Nobody writes month.day.year; day and month change places only around slashes and hyphens.
        orders = ("dmy",) if separator == "." else ("dmy", "mdy")
        if digits == 2 and separator != ".":
            orders = (*orders, "ymd")
        form = DateOrder("dmy", separator, digits)
        year = "%Y" if digits == 4 else "%y"
        return TimeShape(separator.join(("%d", "%m", year)) + clock, form, orders)
    if "{0}" in layout:
        return TimeShape(layout.format(match.group(2)) + clock)
    return TimeShape(layout + clock)
