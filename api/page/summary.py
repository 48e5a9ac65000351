"""A campaign in a few sentences."""

import pandas as pd

from api.page.i18n import Words
from forecasting.records import Forecast
from graph.connection import Row

_DAY = pd.Timedelta(days=1)


def tell(
    words: Words,
    campaign: pd.Series,
    steps: pd.DataFrame,
    forecast: Forecast | None,
    key_users: list[Row],
    groups: list[Row],
) -> list[str]:
    """How far it came, what is to be expected, and through whom; `steps` has columns ds and participants."""
    told = [_window(words, campaign)]
    known = steps if forecast is None else steps[steps["ds"] < pd.Timestamp(forecast.origin)]
    if len(known):
        told.append(
            words(
                "Up to %(day)s %(week)s users a day took part (mean of the last %(days)s days).",
                day=words.short(known["ds"].max()),
                week=f"{known.tail(7)['participants'].mean():,.0f}",
                days=min(7, len(known)),
            )
        )
    if forecast is not None:
        days = forecast.steps
        low, middle, high = (f"{days[f'participants_{part}'].mean():,.0f}" for part in ("p10", "p50", "p90"))
        told.append(
            words(
                "The next %(days)s days should bring about %(middle)s a day; eight days in ten should lie "
                "between the P10 and P90 of each day (on average %(low)s and %(high)s).",
                days=len(days), low=low, middle=middle, high=high,
            )
        )  # fmt: skip
    if key_users:
        numbers = {"users": len(key_users), "groups": len(groups)}
        told.append(
            words(
                "%(users)s key users in %(groups)s neighbour groups carry it furthest among the users it "
                "reached.",
                **numbers,
            )
            if campaign["targeted"]
            else words(
                "%(users)s key users in %(groups)s neighbour groups carry it furthest among the users known "
                "by then.",
                **numbers,
            )
        )
    return told


def _window(words: Words, campaign: pd.Series) -> str:
    kind = f" ({campaign['kind']})" if isinstance(campaign["kind"], str) else ""
    days = {
        "name": f"{campaign['name']}{kind}",
        "first": words.day(campaign["starts"]),
        "last": words.day(campaign["ends"] - _DAY),
    }
    if not campaign["targeted"]:
        return words("%(name)s was open to all; it ran from %(first)s to %(last)s.", **days)
    return words(
        "%(name)s reached %(users)s users; it ran from %(first)s to %(last)s.",
        users=f"{campaign['targeted']:,}", **days,
    )  # fmt: skip
