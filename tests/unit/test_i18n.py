"""The page's translations, dates and choice of language."""

import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import api.page
from api.page.feature_labels import feature_label
from api.page.i18n import ENGLISH, LANGUAGES, get_translator, negotiate_language, read_catalog
from forecasting.klstm import attributions
from forecasting.user_shares.traits import TRAITS

PAGE = Path(api.page.__file__).parent
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.js", "javascript")]
PLACEHOLDERS = re.compile(r"%(?:\(\w+\))?[-.\w]|%%|<[^>]+>")


def page_texts() -> set[str]:
    messages = extract_from_dir(PAGE, METHODS, keywords={"translate": None, "_": None})
    return {message for _, _, message, _, _ in messages if isinstance(message, str)}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_text_is_translated_and_no_translation_is_unused(language: str) -> None:
    catalog = read_catalog(language)
    assert catalog is not None
    translations = {str(message.id): str(message.string) for message in catalog if message.id}
    texts = page_texts()
    assert len(texts) > 150
    assert texts - set(translations) == set()
    assert set(translations) - texts == set()
    for text, translation in translations.items():
        assert translation, text
        assert (
            sorted(PLACEHOLDERS.findall(translation)) == sorted(PLACEHOLDERS.findall(text))
            or text == "%%d %%b"
        ), text


def test_every_feature_has_a_translated_label() -> None:
    features = {
        *(trait.name for trait in TRAITS),
        *attributions._PAST_FEATURES,
        *attributions._FUTURE_FEATURES,
    }
    features |= {attributions._CALENDAR, attributions._GRAPH, attributions._CONSTANT}
    chinese = get_translator("zh-Hans")
    assert [feature for feature in features if feature_label(chinese, feature) == feature] == []


def test_texts_and_dates_are_formatted_by_language() -> None:
    chinese = get_translator("zh-Hans")
    assert ENGLISH("%(participants)s took part", participants=3) == "3 took part"
    assert chinese("%(participants)s took part", participants=3) == "3 人参与"
    assert chinese("no such text, 100%%") == "no such text, 100%"
    day = date(2017, 11, 27)
    assert (ENGLISH.full_date(day), ENGLISH.weekday_date(day), ENGLISH.short_date(day)) == (
        "27 Nov 2017",
        "Mon 27 Nov",
        "27 Nov",
    )
    assert (chinese.full_date(day), chinese.weekday_date(day), chinese.short_date(day)) == (
        "2017年11月27日",
        "11月27日 周一",
        "11月27日",
    )
    assert get_translator("xx") == get_translator("en")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("en-GB,en;q=.5,zh;q=.4", "en"),
        ("de-DE,zh;q=0.3", "zh-Hans"),
        ("zh-Hans-CN", "zh-Hans"),
        ("fr", "en"),
        ("", "en"),
        (";q=x,,zh;q=" + "9" * 400, "zh-Hans"),
    ],
)
def test_accept_language_header_selects_the_language(header: str, language: str) -> None:
    assert negotiate_language(header) == language
