"""The words for a time step, in the page's language."""

from dataclasses import dataclass

from api.page.i18n import Translator


@dataclass(frozen=True)
class StepWords:
    """How sentences name a time step.

    Attributes
    ----------
    one, many
        As in "the next hour" and "24 hours".
    per
        As in "4 participants an hour".
    season
        What repeating the last season repeats.
    """

    one: str
    many: str
    per: str
    season: str


def step_words(translate: Translator, step: str) -> StepWords:
    """Return the words for the time step of a name."""
    return {
        "hour": StepWords(
            translate("hour"), translate("hours"), translate("an hour"), translate("the previous day")
        ),
        "day": StepWords(
            translate("day"), translate("days"), translate("a day"), translate("the previous week")
        ),
        "week": StepWords(
            translate("week"), translate("weeks"), translate("a week"), translate("the previous year")
        ),
        "month": StepWords(
            translate("month"), translate("months"), translate("a month"), translate("the previous year")
        ),
    }[step]
