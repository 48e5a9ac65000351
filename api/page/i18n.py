"""Translations and date formats of the page. Source texts are English; ``locale/*.po`` translates them."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = {"en": "English", "zh-Hans": "简体中文"}
"""Each language's own name by its BCP 47 tag, as HTML's `lang` attribute expects it."""
_SOURCE_LANGUAGE = "en"
_LOCALE_FOLDER = Path(__file__).with_name("locale")
_ALIASES = {
    "zh": "zh_Hans",
    "zh_cn": "zh_Hans",
    "zh_sg": "zh_Hans",
    "zh_hans_cn": "zh_Hans",
    "zh_hans_sg": "zh_Hans",
}
_DATE_PATTERNS = {
    "en": {"full_date": "dd MMM yyyy", "weekday_date": "EEE dd MMM", "short_date": "d MMM"},
    "zh-Hans": {"full_date": "y年M月d日", "weekday_date": "M月d日 EEE", "short_date": "M月d日"},
}


@dataclass(frozen=True)
class Translator:
    """Translates texts and formats dates in one language."""

    language: str
    translations: NullTranslations

    def __call__(self, text: str, **values: object) -> str:
        """Translate `text` and fill in its %-placeholders."""
        return self.translations.gettext(text) % values

    @property
    def sentence_space(self) -> str:
        """What separates two sentences: nothing in Chinese."""
        return "" if self.language.startswith("zh") else " "

    def full_date(self, day: date) -> str:
        """Format like 27 Nov 2017."""
        return self._format(day, "full_date")

    def weekday_date(self, day: date) -> str:
        """Format like Mon 27 Nov."""
        return self._format(day, "weekday_date")

    def short_date(self, day: date) -> str:
        """Format like 27 Nov."""
        return self._format(day, "short_date")

    def full_moment(self, moment: date) -> str:
        """Format like 27 Nov 2017, with the time of a datetime."""
        return self.full_date(moment) + _clock(moment)

    def weekday_moment(self, moment: date, unit: str) -> str:
        """Format like Mon 27 Nov, with the time where `unit` is hour."""
        return self.weekday_date(moment) + (_clock(moment) if unit == "hour" else "")

    def short_moment(self, moment: date) -> str:
        """Format like 27 Nov, with the time of a datetime."""
        return self.short_date(moment) + _clock(moment)

    def texts(self) -> dict[str, str]:
        """Map English texts to this language, for the page's scripts."""
        catalog = read_catalog(self.language)
        return {str(message.id): str(message.string) for message in catalog if message.id} if catalog else {}

    def _format(self, day: date, pattern: str) -> str:
        locale = Locale.parse(self.language, sep="-")
        return format_date(day, _DATE_PATTERNS[self.language][pattern], locale)


def _clock(moment: date) -> str:
    return f" {moment:%H:%M}" if isinstance(moment, datetime) else ""


@cache
def get_translator(language: str = _SOURCE_LANGUAGE) -> Translator:
    """Return the translator of a language tag; English if the language is not available."""
    catalog = read_catalog(language)
    if catalog is None:
        if language == _SOURCE_LANGUAGE:
            return Translator(_SOURCE_LANGUAGE, NullTranslations())
        return get_translator(_SOURCE_LANGUAGE)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translator(language, Translations(compiled))


@cache
def read_catalog(language: str) -> Catalog | None:
    """Read the translations of a language; None for English and for languages not available."""
    file = _LOCALE_FOLDER / f"{language}.po"
    if language not in LANGUAGES or not file.exists():
        return None
    with file.open("rb") as stream:
        return read_po(stream, language.replace("-", "_"))


def negotiate_language(accept_language: str) -> str:
    """Choose the best available language for an `Accept-Language` header."""
    weighted: list[tuple[float, str]] = []
    for part in accept_language.split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        try:
            weighted.append((-float(weight or 1), tag.strip().replace("-", "_")))
        except ValueError:
            continue
    tags = [tag for _, tag in sorted(weighted, key=lambda pair: pair[0])]
    locale = negotiate_locale(tags, ["en", "zh_Hans"], aliases=_ALIASES)
    return (locale or _SOURCE_LANGUAGE).replace("_", "-")


ENGLISH = get_translator()
