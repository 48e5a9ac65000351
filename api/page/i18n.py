"""The page's languages. Texts are written in English; ``locale/*.po`` has them in others."""

from dataclasses import dataclass
from datetime import date
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
"""By the tag that HTML names them by."""
_SOURCE = "en"
_LOCALES = Path(__file__).with_name("locale")
_ALIASES = {
    "zh": "zh_Hans",
    "zh_cn": "zh_Hans",
    "zh_sg": "zh_Hans",
    "zh_hans_cn": "zh_Hans",
    "zh_hans_sg": "zh_Hans",
}
_PATTERNS = {
    "en": {"day": "dd MMM yyyy", "weekday": "EEE dd MMM", "short": "d MMM"},
    "zh-Hans": {"day": "y年M月d日", "weekday": "M月d日 EEE", "short": "M月d日"},
}


@dataclass(frozen=True)
class Words:
    """A language: its texts, and how it writes days."""

    language: str
    translations: NullTranslations

    def __call__(self, text: str, **told: object) -> str:
        """`text` in this language, what is told in its places."""
        return self.translations.gettext(text) % told

    def day(self, day: date) -> str:
        """27 Nov 2017"""
        return self._written(day, "day")

    def weekday(self, day: date) -> str:
        """Mon 27 Nov"""
        return self._written(day, "weekday")

    def short(self, day: date) -> str:
        """27 Nov"""
        return self._written(day, "short")

    def texts(self) -> dict[str, str]:
        """What the scripts of the page say: English to this language."""
        catalog = catalog_of(self.language)
        return {str(one.id): str(one.string) for one in catalog if one.id} if catalog else {}

    def _written(self, day: date, form: str) -> str:
        locale = Locale.parse(self.language, sep="-")
        return format_date(day, _PATTERNS[self.language][form], locale)


@cache
def words(language: str = _SOURCE) -> Words:
    """The language of this tag; English where there is none such."""
    catalog = catalog_of(language)
    if catalog is None:
        return Words(_SOURCE, NullTranslations()) if language == _SOURCE else words(_SOURCE)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Words(language, Translations(compiled))


@cache
def catalog_of(language: str) -> Catalog | None:
    """The texts of a language other than English."""
    file = _LOCALES / f"{language}.po"
    if language not in LANGUAGES or not file.exists():
        return None
    with file.open("rb") as opened:
        return read_po(opened, language.replace("-", "_"))


def preferred(header: str) -> str:
    """The language that an `Accept-Language` header would like best among ours."""
    wanted: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        try:
            wanted.append((-float(weight or 1), tag.strip().replace("-", "_")))
        except ValueError:
            continue
    names = [tag for _, tag in sorted(wanted, key=lambda one: one[0])]
    found = negotiate_locale(names, ["en", "zh_Hans"], aliases=_ALIASES)
    return (found or _SOURCE).replace("_", "-")


ENGLISH = words()
