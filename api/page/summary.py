"""A campaign and its influence test in a few sentences."""

from datetime import date

import pandas as pd

from api.page.i18n import Translator
from api.page.step_words import step_words
from forecasting.history.time_step import step_named
from forecasting.records import Forecast
from graph.connection import Row
from network.statistics import InfluenceTest, RiskRatio

_DAY = pd.Timedelta(days=1)


def summarise_campaign(
    translate: Translator,
    campaign: pd.Series,
    first_day: date,
    steps: pd.DataFrame,
    forecast: Forecast | None,
    key_users: list[Row],
    groups: list[Row],
) -> list[str]:
    """Describe a campaign's dates, participants, forecast and key users.

    Parameters
    ----------
    translate
        The page's language.
    campaign
        A row of ``campaign_list``.
    first_day
        The first day of the data.
    steps
        Columns `ds` (of the forecast's time step) and `participants`.
    forecast
        The latest stored forecast, if any.
    key_users, groups
        As ``network.queries`` returns them.

    Returns
    -------
    list of str
        Up to five sentences.
    """
    sentences = [_describe_dates(translate, campaign)]
    if campaign["starts"] < pd.Timestamp(first_day):
        sentences.append(
            translate(
                "The data begins on %(day)s; what happened earlier is not known.",
                day=translate.full_date(first_day),
            )
        )
    unit = forecast.unit if forecast else "day"
    words = step_words(translate, unit)
    observed = steps if forecast is None else steps[steps["ds"] < pd.Timestamp(forecast.origin)]
    if len(observed):
        sentences.append(
            translate(
                "Participants: %(mean)s %(per_step)s (average of %(count)s %(steps)s up to %(day)s).",
                day=translate.short_moment(step_named(unit).origin(observed["ds"].max())),
                mean=f"{observed.tail(7)['participants'].mean():,.0f}",
                count=min(7, len(observed)),
                per_step=words.per,
                steps=words.many,
            )
        )
    if forecast is not None:
        low, middle, high = (
            f"{forecast.steps[f'participants_{quantile}'].mean():,.0f}" for quantile in ("p10", "p50", "p90")
        )
        sentences.append(
            translate(
                "Forecast for the %(count)s %(steps)s from %(day)s: %(middle)s participants %(per_step)s on "
                "average. The 80%% interval (P10 to P90) is %(low)s to %(high)s on average.",
                count=len(forecast.steps),
                day=translate.short_moment(forecast.origin),
                per_step=words.per,
                steps=words.many,
                low=low,
                middle=middle,
                high=high,
            )
        )
    if key_users:
        counts = {"users": len(key_users), "groups": len(groups)}
        sentences.append(
            translate(
                "Among the targeted users, the network model identifies %(users)s key users in %(groups)s "
                "neighbour groups.",
                **counts,
            )
            if campaign["targeted"]
            else translate(
                "Among the users seen before the network's cut-off, the network model identifies %(users)s "
                "key users in %(groups)s neighbour groups.",
                **counts,
            )
        )
    return sentences


def summarise_influence_test(translate: Translator, test: InfluenceTest) -> list[str]:
    """Describe the verdict and the figures of the influence test."""
    verdicts = {
        "supported": translate("Influence between users is supported by this data."),
        "weak": translate("Influence between users is weakly supported by this data."),
        "not supported": translate("Influence between users is not supported by this data."),
        "not tested": translate("Influence between users could not be tested: there is too little data."),
    }
    return [
        verdicts[test.verdict],
        translate(
            "In %(trials)s cases, a user took part while a linked user had not yet; in %(followed)s of them "
            "the linked user followed within %(days)s days.",
            trials=f"{test.trials:,}",
            followed=f"{test.followed:,}",
            days=test.window_days,
        ),
        translate(
            "How often linked users followed, with the 95%% interval: compared with similar users without a "
            "link, %(matched)s; with shuffled times of participation, %(shuffled)s; with a random network, "
            "%(random)s. After key users, compared with similar users without a link: %(key_users)s.",
            matched=_describe_ratio(translate, test.matched),
            shuffled=_describe_ratio(translate, test.shuffled),
            random=_describe_ratio(translate, test.random),
            key_users=_describe_ratio(translate, test.key_users),
        ),
        translate(
            "Observational: linked users may also follow because they share a taste or hear of the same "
            "thing elsewhere."
        ),
    ]


def _describe_ratio(translate: Translator, ratio: RiskRatio | None) -> str:
    if ratio is None:
        return translate("too few cases")
    return translate("%(ratio)s times as often", ratio=str(ratio))


def _describe_dates(translate: Translator, campaign: pd.Series) -> str:
    kind = f" ({campaign['kind']})" if isinstance(campaign["kind"], str) else ""
    values = {
        "name": f"{campaign['name']}{kind}",
        "first": translate.full_date(campaign["starts"]),
        "last": translate.full_date(campaign["ends"] - _DAY),
    }
    if not campaign["targeted"]:
        return translate("%(name)s is open to all users and runs from %(first)s to %(last)s.", **values)
    return translate(
        "%(name)s targets %(users)s users and runs from %(first)s to %(last)s.",
        users=f"{campaign['targeted']:,}",
        **values,
    )
