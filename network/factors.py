"""What goes with taking part, in each community: discounts, what a campaign promotes, exposure, tags.

Each factor is a yes or no of a user as of the campaign's start or, for exposure, before the outcome; tags
that behaviour shows are those of the day of the inputs, and flattered by what is itself a
participation. Its effect is how many times as often users with it take part as users
without it, within campaigns: Mantel and Haenszel's ratio over the campaigns that reached the community,
with Greenland and Robins' 95% interval (Biometrics 1985). It is an association: nobody dealt the factors.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from network.influence.trials import window_of
from network.inputs import NetworkInputs
from network.participation_history import CampaignHistory, Floats, Ints, ParticipationHistory
from network.tags.interests import Interests
from network.tags.user_tags import TagTable

_TAGS = 5
_FEWEST = 20
"""Cases (a user and a campaign) on either side; with fewer the interval would be all there is."""

Mask = np.ndarray


@dataclass(frozen=True)
class _Case:
    """One campaign and one factor: who is looked at, who has it, who took part."""

    factor: str
    users: Ints
    has: Mask
    took_part: Mask


def stimulating_factors(
    inputs: NetworkInputs, communities: Ints, edges: pd.DataFrame, tags: TagTable, key_tags: list[str]
) -> pd.DataFrame:
    """community, factor, times, low, high, cases (with it), as of the day of `inputs`; clearest first.

    `communities` gives the community of each user; `edges` has source, target; `key_tags` are the strongest.
    """
    history = inputs.history
    tables: dict[str, list[tuple[Floats, ...]]] = {}
    count = int(communities.max(initial=-1)) + 1
    for case in _cases(inputs, history, edges, tags, key_tags[:_TAGS]):
        where = communities[case.users]
        cells = (
            np.bincount(where, weight, count)
            for weight in (
                case.has & case.took_part, case.has, ~case.has & case.took_part, ~case.has,
            )
        )  # fmt: skip
        tables.setdefault(case.factor, []).append(tuple(one.astype(float) for one in cells))
    columns = ["community", "factor", "times", "low", "high", "cases"]
    found = [_effects(name, np.array(cells)) for name, cells in tables.items()]
    if not found:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(found)
    clear = np.abs(np.log(rows["times"])) / np.log(rows["high"] / rows["low"])
    return rows.assign(clear=clear).sort_values("clear", ascending=False)[columns].reset_index(drop=True)


def _effects(factor: str, cells: Floats) -> pd.DataFrame:
    """`cells`: campaigns x (with and took part, with, without and took part, without) x communities."""
    a, with_it, c, without = cells.transpose(1, 0, 2)
    n = np.maximum(with_it + without, 1.0)
    above, below = (a * without / n).sum(0), (c * with_it / n).sum(0)
    spread = ((with_it * without * (a + c) - a * c * n) / n**2).sum(0)
    enough = np.minimum(with_it.sum(0), without.sum(0)) >= _FEWEST
    seen = np.flatnonzero((above > 0) & (below > 0) & enough)
    log = np.log(above[seen] / below[seen])
    half = 1.96 * np.sqrt(spread[seen] / (above[seen] * below[seen]))
    return pd.DataFrame(
        {
            "community": seen,
            "factor": factor,
            "times": np.exp(log),
            "low": np.exp(log - half),
            "high": np.exp(log + half),
            "cases": with_it.sum(0)[seen].astype(int),
        }
    )


def _cases(
    inputs: NetworkInputs,
    history: ParticipationHistory,
    edges: pd.DataFrame,
    tags: TagTable,
    key_tags: list[str],
) -> Iterator[_Case]:
    starts = dict(zip(inputs.campaigns["campaign"], inputs.campaigns["starts"], strict=True))
    promoted = dict(zip(inputs.campaigns["campaign"], inputs.campaigns["promotes"], strict=True))
    has_tag = (tags.weights > 0).tocsc()
    columns = {tag: np.zeros(len(history.users), dtype=bool) for tag in key_tags}
    for tag, column in columns.items():
        column[has_tag[:, [tags.tags.get_loc(tag)]].tocoo().row] = True
    texts = dict(zip(tags.tags, tags.texts, strict=True))
    sources, targets = (history.users.get_indexer(edges[side]) for side in ("source", "target"))
    for campaign in history.campaigns:
        if not len(campaign.users):
            continue
        users = history.could_take_part(campaign)
        took_part = np.isin(users, campaign.users)
        begun = float(starts.get(campaign.id, campaign.times[0]))
        discount = _discount_share(inputs, begun)
        if np.isfinite(discount[users]).any():
            known = np.isfinite(discount[users])
            high = discount[users] > np.nanmedian(discount[users])
            yield _Case("buys with discounts", users[known], high[known], took_part[known])
        fit = _fit(inputs.interests.before(begun), promoted.get(campaign.id) or [])
        if fit is not None:
            yield _Case("buys what it promotes", users, fit[users] > np.median(fit[users]), took_part)
        for tag, column in columns.items():
            yield _Case(f"tag: {texts[tag] or tag}", users, column[users], took_part)
        yield _exposed(history, campaign, users, sources, targets)


def _exposed(
    history: ParticipationHistory, campaign: CampaignHistory, users: Ints, sources: Ints, targets: Ints
) -> _Case:
    """Whether somebody who influences the user took part in the campaign's first window; what then came."""
    until = campaign.times[0] + window_of(history)
    early = campaign.users[campaign.times < until]
    exposed = np.zeros(len(history.users), dtype=bool)
    exposed[targets[np.isin(sources, early)]] = True
    waiting = users[~np.isin(users, early)]
    return _Case("somebody near took part early", waiting, exposed[waiting], np.isin(waiting, campaign.users))


def _discount_share(inputs: NetworkInputs, before: float) -> Floats:
    """Of the value of what each user bought; NaN for nothing."""
    days = inputs.activity[inputs.activity["at"] < before]
    total = days.groupby("user")[["value", "discount"]].sum().reindex(inputs.users)
    whole = (total["value"] + total["discount"]).to_numpy(float)
    share = np.full(len(whole), np.nan)
    if np.nansum(total["discount"].to_numpy(float)) > 0:
        np.divide(total["discount"].to_numpy(float), whole, out=share, where=whole > 0)
    return share


def _fit(interests: Interests, promoted: list[str]) -> Floats | None:
    """The share of each user's occasions that was with what a campaign promotes."""
    places = interests.names.get_indexer(promoted)
    counts = interests.counts()
    places = places[places >= 0]
    if not len(places):
        return None
    total = np.asarray(counts.sum(axis=1)).ravel()
    return np.asarray(counts[:, places].sum(axis=1)).ravel() / np.maximum(total, 1.0)
