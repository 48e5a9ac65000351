"""Month names in other languages, and the halves of the day: a.m., 下午.

The names are those of Unicode's CLDR. A time is translated to English, where pandas can read it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

LANGUAGES = (
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sk", "sv", "da", "nb", "fi", "hu", "ro", "tr",
    "hr", "ca", "id", "ru", "uk", "el",
)  # fmt: skip
"""Those that are recognised; a mapping can name any other of CLDR."""

ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OTHER_NAMES = {"de": {"mrz": 3, "maerz": 3, "janner": 1, "jaenner": 1, "feber": 2}}
"""Spellings that CLDR does not have: of Windows, without umlauts, of Austria."""
_SHORTEST = 3
_WORD = re.compile(r"[^\W\d_]+\.?")
_FIRST_WORD = re.compile(r"\s*([^\W\d_]+)\.?,?\s+(?=\d|[^\W\d_]+\.?\s+\d)")
_ORDINAL = re.compile(r"(?<=\d)er\b")
_BLANK = re.compile(r"[\u00a0\u2009\u202f]")


def _less_twelve(hour: re.Match[str]) -> str:
    return f"{' ' * hour[0].startswith(' ')}{int(hour[0]) - 12:02}"


_HALVES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?i)(?<![^\W\d_])([ap])(?:\.\s?| )m\b\.?"), r"\1m"),
    (re.compile("上午|午前|오전"), "AM"),
    (re.compile("下午|午後|오후"), "PM"),
    # 13:30 PM and 00:30 AM have one meaning; 13:30 AM has none, and stays.
    (re.compile(r"(?i)(?<![\d:./-])00?(?=(?::\d\d){1,2} ?AM\b)|(?<=AM)( ?)00?(?=:)"), r"\g<1>12"),
    (re.compile(r"(?i)(?<![\d:./-])(?:1[3-9]|2[0-3])(?=(?::\d\d){0,2} ?PM\b)"), _less_twelve),
    (re.compile(r"(?i)(?<=PM) ?(?:1[3-9]|2[0-3])(?=:)"), _less_twelve),
)


def with_plain_halves(text: str) -> str:
    """Return a time with AM and PM for other writings of them, hours up to 12, and ordinary blanks."""
    text = _BLANK.sub(" ", text)
    for pattern, half in _HALVES:
        text = pattern.sub(half, text)
    return text


def has_names(text: str) -> bool:
    """Return whether a text has the name of a month in any of `LANGUAGES`."""
    words = [_plain(word) for word in _words(text) if len(word) >= _SHORTEST]
    return any(word in _months(language) for word in words for language in LANGUAGES)


def is_month(word: str) -> bool:
    """Return whether a word is the name of a month, or its abbreviation of three letters or more."""
    return len(word) >= _SHORTEST and _plain(word) in _names_of_months()


@lru_cache
def _names_of_months() -> frozenset[str]:
    return frozenset(name for language in LANGUAGES for name, _, _ in _forms(language))


def translate(text: str, language: str) -> str:
    """Return a date with the English abbreviation of its month, and without a weekday before it."""
    months, weekdays = _months(language), _weekdays(language)
    text = _BLANK.sub(" ", text)
    first = _FIRST_WORD.match(text)
    rest = text[first.end() :] if first else ""
    if first and _plain(first[1]) in weekdays and any(_plain(word) in months for word in _words(rest)):
        text = rest

    def in_english(word: re.Match[str]) -> str:
        month = months.get(_plain(word[0]))
        return ENGLISH[month - 1] if month else word[0]

    return _WORD.sub(in_english, _ORDINAL.sub("", text) if language == "fr" else text)


def english_layout(layout: str) -> str:
    """Return the format of translated dates: names of months are short, and weekdays left out."""
    return re.sub(r"^%[aA][.,]*\s+", "", layout).replace("%B", "%b")


def _words(text: str) -> Iterable[str]:
    return (word[0] for word in _WORD.finditer(text))


def _plain(word: str) -> str:
    """Return a name in lower case, without accents and the dot of an abbreviation."""
    letters = unicodedata.normalize("NFD", word.rstrip(".").casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@lru_cache
def _months(language: str) -> dict[str, int]:
    """Return the number of each month by its names, and by what begins the name of no other month."""
    names = _forms(language)
    found: dict[str, set[int]] = {}
    for name, month, width in names:
        shortest = _SHORTEST if width == "wide" else len(name)
        for length in range(min(shortest, len(name)), len(name) + 1):
            found.setdefault(name[:length], set()).add(month)
    whole = {name: month for name, month, _ in names if len({m for n, m, _ in names if n == name}) == 1}
    unique = {name: next(iter(months)) for name, months in found.items() if len(months) == 1}
    return unique | whole | _OTHER_NAMES.get(language, {})


def _forms(language: str) -> list[tuple[str, int, str]]:
    """Return the names and abbreviations of months: each with its number, and wide or abbreviated."""
    from babel import Locale

    locale = Locale.parse(language)
    return [
        (_plain(name), month, width)
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for month, name in locale.months[context][width].items()
        if name.rstrip(".").isalpha()
    ]


@lru_cache
def _weekdays(language: str) -> frozenset[str]:
    from babel import Locale

    locale = Locale.parse(language)
    return frozenset(
        _plain(name)
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for name in locale.days[context][width].values()
    )
