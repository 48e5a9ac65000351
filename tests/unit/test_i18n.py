"""Every text of the page is there in every language, with the same places to fill in."""

import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import api.page
from api.page.i18n import ENGLISH, LANGUAGES, catalog_of, preferred, words

PAGE = Path(api.page.__file__).parent
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.js", "javascript")]
PLACES = re.compile(r"%(?:\(\w+\))?[-.\w]|%%|<[^>]+>")


def texts() -> set[str]:
    found = extract_from_dir(PAGE, METHODS, keywords={"words": None, "_": None})
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_text_is_translated_and_none_is_left_over(language: str) -> None:
    catalog = catalog_of(language)
    assert catalog is not None
    told = {str(one.id): str(one.string) for one in catalog if one.id}
    assert len(texts()) > 150
    assert texts() - set(told) == set()
    assert set(told) - texts() == set()
    for text, said in told.items():
        assert said, text
        assert sorted(PLACES.findall(said)) == sorted(PLACES.findall(text)) or text == "%%d %%b", text


def test_texts_and_days_in_both_languages() -> None:
    chinese = words("zh-Hans")
    assert ENGLISH("group %(rank)s", rank=3) == "group 3"
    assert chinese("group %(rank)s", rank=3) == "第 3 组"
    assert chinese("no such text, 100%%") == "no such text, 100%"
    day = date(2017, 11, 27)
    assert (ENGLISH.day(day), ENGLISH.weekday(day), ENGLISH.short(day)) == (
        "27 Nov 2017",
        "Mon 27 Nov",
        "27 Nov",
    )
    assert (chinese.day(day), chinese.weekday(day), chinese.short(day)) == (
        "2017年11月27日",
        "11月27日 周一",
        "11月27日",
    )
    assert words("xx") == words("en")


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
def test_the_language_that_a_browser_likes_best(header: str, language: str) -> None:
    assert preferred(header) == language
