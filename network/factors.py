"""Factors associated with participation in each community: discounts, promoted items, exposure, tags.

Each factor is a binary exposure of a user, known at the campaign's start or, for exposure to influencers,
before the outcome. Behaviour tags are those of the inputs' cut-off; where a participation adds to them,
their association is overestimated. The measure is the Mantel-Haenszel risk ratio over the campaigns that
reached the community, with a 95% interval by the Greenland-Robins variance. It is an association: factors
were observed, not randomised.

References
----------
Greenland, Robins, "Estimation of a common effect parameter from sparse follow-up data" (Biometrics 1985).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from network.influence.trials import influence_window
from network.inputs import NetworkInputs
from network.participation_history import CampaignHistory, Floats, Ints, ParticipationHistory
from network.tags.interests import Interests
from network.tags.user_tags import TagTable

_TAGS = 5
_MIN_CASES = 20
"""User-campaign cases with the factor, and without it; with fewer, the interval is too wide."""

Mask = np.ndarray


@dataclass(frozen=True)
class _Stratum:
    """One factor in one campaign: the users at risk, whether each is exposed, and whether each took part."""

    factor: str
    users: Ints
    exposed: Mask
    took_part: Mask


def participation_factors(
    inputs: NetworkInputs, communities: Ints, edges: pd.DataFrame, tags: TagTable, key_tags: list[str]
) -> pd.DataFrame:
    """Estimate how each factor is associated with participation in each community.

    Parameters
    ----------
    inputs
        The data before the cut-off.
    communities
        The community of each user, shape (n_users,).
    edges
        Influences: columns source, target.
    tags
        The tags of users.
    key_tags
        Ids of key tags, strongest first; the first five are factors.

    Returns
    -------
    pd.DataFrame
        Columns community, factor, risk_ratio, low, high, cases (exposed users times campaigns), the most
        significant first.
    """
    history = inputs.history
    tables: dict[str, list[tuple[Floats, ...]]] = {}
    count = int(communities.max(initial=-1)) + 1
    for stratum in _strata(inputs, history, edges, tags, key_tags[:_TAGS]):
        community = communities[stratum.users]
        cells = (
            np.bincount(community, weight, count)
            for weight in (
                stratum.exposed & stratum.took_part, stratum.exposed,
                ~stratum.exposed & stratum.took_part, ~stratum.exposed,
            )
        )  # fmt: skip
        tables.setdefault(stratum.factor, []).append(tuple(cell.astype(float) for cell in cells))
    columns = ["community", "factor", "risk_ratio", "low", "high", "cases"]
    ratios = [_risk_ratios(factor, np.array(cells)) for factor, cells in tables.items()]
    if not ratios:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(ratios)
    z = np.abs(np.log(rows["risk_ratio"])) / np.log(rows["high"] / rows["low"])
    return rows.assign(z=z).sort_values("z", ascending=False)[columns].reset_index(drop=True)


def _risk_ratios(factor: str, cells: Floats) -> pd.DataFrame:
    """Mantel-Haenszel risk ratios, one row per community with enough cases.

    `cells` has shape (n_campaigns, 4, n_communities): exposed participants, exposed users, unexposed
    participants, unexposed users.
    """
    a, exposed, c, unexposed = cells.transpose(1, 0, 2)
    n = np.maximum(exposed + unexposed, 1.0)
    numerator, denominator = (a * unexposed / n).sum(0), (c * exposed / n).sum(0)
    variance = ((exposed * unexposed * (a + c) - a * c * n) / n**2).sum(0)
    has_cases = np.minimum(exposed.sum(0), unexposed.sum(0)) >= _MIN_CASES
    estimable = np.flatnonzero((numerator > 0) & (denominator > 0) & has_cases)
    log_ratio = np.log(numerator[estimable] / denominator[estimable])
    margin = 1.96 * np.sqrt(variance[estimable] / (numerator[estimable] * denominator[estimable]))
    return pd.DataFrame(
        {
            "community": estimable,
            "factor": factor,
            "risk_ratio": np.exp(log_ratio),
            "low": np.exp(log_ratio - margin),
            "high": np.exp(log_ratio + margin),
            "cases": exposed.sum(0)[estimable].astype(int),
        }
    )


def _strata(
    inputs: NetworkInputs,
    history: ParticipationHistory,
    edges: pd.DataFrame,
    tags: TagTable,
    key_tags: list[str],
) -> Iterator[_Stratum]:
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
        start = float(starts.get(campaign.id, campaign.times[0]))
        discount = _discount_share(inputs, start)
        if np.isfinite(discount[users]).any():
            defined = np.isfinite(discount[users])
            high = discount[users] > np.nanmedian(discount[users])
            yield _Stratum("buys with discounts", users[defined], high[defined], took_part[defined])
        share = _promoted_share(inputs.interests.before(start), promoted.get(campaign.id) or [])
        if share is not None:
            above = share[users] > np.median(share[users])
            yield _Stratum("buys what it promotes", users, above, took_part)
        for tag, column in columns.items():
            yield _Stratum(f"tag: {texts[tag] or tag}", users, column[users], took_part)
        yield _influencer_took_part(history, campaign, users, sources, targets)


def _influencer_took_part(
    history: ParticipationHistory, campaign: CampaignHistory, users: Ints, sources: Ints, targets: Ints
) -> _Stratum:
    """Exposed: an influencer took part in the campaign's first window. Outcome: participation after it."""
    until = campaign.times[0] + influence_window(history)
    early = campaign.users[campaign.times < until]
    exposed = np.zeros(len(history.users), dtype=bool)
    exposed[targets[np.isin(sources, early)]] = True
    at_risk = users[~np.isin(users, early)]
    return _Stratum(
        "an influencer took part early", at_risk, exposed[at_risk], np.isin(at_risk, campaign.users)
    )


def _discount_share(inputs: NetworkInputs, before: float) -> Floats:
    """Each user's discounts as a share of the full price of what was bought; NaN where unknown."""
    days = inputs.activity[inputs.activity["at"] <= before]
    total = days.groupby("user")[["value", "discount"]].sum().reindex(inputs.users)
    full_price = (total["value"] + total["discount"]).to_numpy(float)
    share = np.full(len(full_price), np.nan)
    discount = total["discount"].to_numpy(float)
    if np.nansum(discount) > 0:
        np.divide(discount, full_price, out=share, where=full_price > 0)
    return share


def _promoted_share(interests: Interests, promoted: list[str]) -> Floats | None:
    """The share of each user's occasions that concerned promoted items; None if none is promoted."""
    positions = interests.names.get_indexer(promoted)
    counts = interests.counts()
    positions = positions[positions >= 0]
    if not len(positions):
        return None
    total = np.asarray(counts.sum(axis=1)).ravel()
    return np.asarray(counts[:, positions].sum(axis=1)).ravel() / np.maximum(total, 1.0)
