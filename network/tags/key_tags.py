"""Key tags: the tags that carry the most information about who takes part."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.participation_history import CampaignHistory, Floats, Ints, ParticipationHistory
from network.tags.user_tags import TagTable

KEY_TAGS = 30
_SYNONYM_COSINE = 0.5
_BLOCK_ROWS = 2_000
_RESAMPLES = 200


def tag_strengths(tags: TagTable, vectors: NDArray[np.float32], history: ParticipationHistory) -> Floats:
    """The strength of each tag as a weight for user vectors.

    Tags whose texts mean nearly the same share their information: each takes the mean over the tags with a
    cosine above 0.5, weighted by the cosine.

    Parameters
    ----------
    tags
        The tags of users.
    vectors
        The vectors of the tags' texts, shape (n_tags, dimensions).
    history
        The participations.

    Returns
    -------
    Floats
        Shape (n_tags,), with a maximum of 1.
    """
    equal_weights = np.ones((len(history.users), 1))
    information = _Association.of(tags, history, history.campaigns, equal_weights).information[:, 0]
    strengths = np.zeros(len(information))
    for begin in range(0, len(information), _BLOCK_ROWS):
        block = np.arange(begin, min(begin + _BLOCK_ROWS, len(information)))
        cosine = vectors[block] @ vectors.T
        shared = np.where(cosine > _SYNONYM_COSINE, cosine, 0.0).astype(float)
        shared[np.arange(len(block)), block] = 1.0
        strengths[block] = shared @ information / shared.sum(axis=1)
    peak = float(strengths.max(initial=0.0))
    return strengths / peak if peak > 0 else strengths


def key_tags(
    tags: TagTable,
    vectors: NDArray[np.float32],
    history: ParticipationHistory,
    kinds: Mapping[str, str | None],
    seed: int,
) -> pd.DataFrame:
    """The key tags over all campaigns and for each kind of campaign.

    Parameters
    ----------
    tags
        The tags of users.
    vectors
        The vectors of the tags' texts, shape (n_tags, dimensions).
    history
        The participations.
    kinds
        The kind of each campaign.
    seed
        Seeds the bootstrap.

    Returns
    -------
    pd.DataFrame
        Columns kind (None: all campaigns), tag, strength, low, high (95%, by a Poisson bootstrap over users),
        risk_ratio (Mantel-Haenszel, users with the tag over users without), rank (the order of
        ``select_diverse_tags``). Strengths are relative to the strongest tag of the kind.
    """
    drawn = np.random.default_rng(seed).poisson(1.0, (len(history.users), _RESAMPLES)).astype(float)
    weights = np.column_stack([np.ones(len(history.users)), drawn])
    tables = []
    for kind in [None, *sorted({kind for kind in kinds.values() if kind is not None})]:
        campaigns = [
            campaign for campaign in history.campaigns if kind is None or kinds.get(campaign.id) == kind
        ]
        tables.append(_key_tags(tags, vectors, history, campaigns, weights).assign(kind=kind))
    return pd.concat(tables, ignore_index=True)


def select_diverse_tags(
    tags: TagTable,
    vectors: NDArray[np.float32],
    history: ParticipationHistory,
    campaigns: Iterable[CampaignHistory],
    count: int,
) -> Ints:
    """Select tags that together carry the most information, by maximal marginal relevance.

    The first is the most informative tag; each further one maximises its information times its distance in
    meaning (1 - cosine) from the nearest tag selected, as a near-synonym adds little.

    Parameters
    ----------
    tags, vectors, history
        As in ``key_tags``.
    campaigns
        The campaigns that count.
    count
        The maximum number of tags.

    Returns
    -------
    Ints
        Positions of tags in the order selected; fewer than `count` if the others carry no information.

    References
    ----------
    Carbonell, Goldstein, "The Use of MMR, Diversity-Based Reranking" (SIGIR 1998).
    """
    equal_weights = np.ones((len(history.users), 1))
    information = _Association.of(tags, history, campaigns, equal_weights).information[:, 0]
    distance = np.ones(len(information))
    selected: list[int] = []
    while len(selected) < count and len(information):
        relevance = information * distance
        if relevance.max() <= 0:
            break
        selected.append(int(relevance.argmax()))
        cosine = np.clip(vectors @ vectors[selected[-1]], 0.0, 1.0)
        distance = np.minimum(distance, 1 - cosine)
        distance[selected] = 0.0
    return np.array(selected, dtype=np.int64)


def _key_tags(
    tags: TagTable,
    vectors: NDArray[np.float32],
    history: ParticipationHistory,
    campaigns: list[CampaignHistory],
    weights: Floats,
) -> pd.DataFrame:
    selected = select_diverse_tags(tags, vectors, history, campaigns, KEY_TAGS)
    association = _Association.of(tags, history, campaigns, weights, selected)
    estimate, resampled = association.information[:, 0], association.information[:, 1:]
    low, high = np.quantile(resampled, [0.025, 0.975], axis=1) if len(selected) else (estimate, estimate)
    scale = estimate.max(initial=0.0) or 1.0
    return pd.DataFrame(
        {
            "tag": tags.tags[selected],
            "strength": estimate / scale,
            # The basic bootstrap interval: resampling biases information upwards, which it subtracts.
            "low": np.clip(2 * estimate - high, 0.0, estimate) / scale,
            "high": np.clip(2 * estimate - low, estimate, None) / scale,
            "risk_ratio": association.risk_ratio[:, 0],
            "rank": np.arange(1, len(selected) + 1),
        }
    )


@dataclass(frozen=True)
class _Association:
    """The association of tags with participation, stratified by campaign; shape (n_tags, n_weightings).

    Attributes
    ----------
    information
        Information about participation in nats per user: chi-square / 2n of the Mantel-Haenszel test, minus
        its expectation without association, 1 / 2n. Associations of opposite sign in two campaigns cancel
        out.
    risk_ratio
        The Mantel-Haenszel risk ratio; NaN if undefined.
    """

    information: Floats
    risk_ratio: Floats

    @classmethod
    def of(
        cls,
        tags: TagTable,
        history: ParticipationHistory,
        campaigns: Iterable[CampaignHistory],
        weights: Floats,
        columns: Ints | None = None,
    ) -> "_Association":
        """Estimate the association under each weighting of the users.

        `weights` has shape (n_users, n_weightings); `columns` restricts the tags.
        """
        has_tag = (tags.weights > 0).astype(float).tocsr()
        if columns is not None:
            has_tag = has_tag[:, columns]
        shape = (has_tag.shape[1], weights.shape[1])
        excess, variance, numerator, denominator = (np.zeros(shape) for _ in range(4))
        total_reached = np.zeros(weights.shape[1])
        for campaign in campaigns:
            reached = history.could_take_part(campaign)
            weight, rows = weights[reached], has_tag[reached].T.tocsr()
            outcome = weight * np.isin(reached, campaign.users)[:, np.newaxis]
            n, took_part = weight.sum(axis=0), outcome.sum(axis=0)
            tagged, both = rows @ weight, rows @ outcome
            total = np.maximum(n, 1.0)
            excess += both - tagged * took_part / total
            variance += (
                tagged * (n - tagged) * took_part * (n - took_part) / (total**2 * np.maximum(n - 1, 1.0))
            )
            numerator += both * (n - tagged) / total
            denominator += (took_part - both) * tagged / total
            total_reached += n
        chi_square = np.divide(excess**2, variance, out=np.zeros(shape), where=variance > 1e-9)
        risk_ratio = np.divide(numerator, denominator, out=np.full(shape, np.nan), where=denominator > 0)
        information = np.clip((chi_square - 1) / (2 * np.maximum(total_reached, 1.0)), 0.0, None)
        return cls(information, risk_ratio)
