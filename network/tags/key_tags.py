"""Key tags: the tags that carry information about who participates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.participation_history import CampaignHistory, Floats, Ints, ParticipationHistory
from network.tags.user_tags import TagTable

KEY_TAGS = 30
_SYNONYM_COSINE = 0.5
_AT_ONCE = 2_000
_RESAMPLES = 200


def tag_strengths(tags: TagTable, vectors: NDArray[np.float32], history: ParticipationHistory) -> Floats:
    """Strength per tag, shape (n_tags,), scaled to a maximum of 1, for weighing the tags of a user.

    A tag's own evidence is what ``_Evidence`` says. Tags whose texts mean nearly the same share it: each
    takes the mean over tags with cosine above 0.5, weighted by it.
    """
    one = np.ones((len(history.users), 1))
    own = _Evidence.of(tags, history, history.campaigns, one).information[:, 0]
    strengths = np.zeros(len(own))
    for begin in range(0, len(own), _AT_ONCE):
        block = np.arange(begin, min(begin + _AT_ONCE, len(own)))
        cosine = vectors[block] @ vectors.T
        shared = np.where(cosine > _SYNONYM_COSINE, cosine, 0.0).astype(float)
        shared[np.arange(len(block)), block] = 1.0
        strengths[block] = shared @ own / shared.sum(axis=1)
    peak = float(strengths.max(initial=0.0))
    return strengths / peak if peak > 0 else strengths


def key_tags(
    tags: TagTable,
    vectors: NDArray[np.float32],
    history: ParticipationHistory,
    kinds: Mapping[str, str | None],
    seed: int,
) -> pd.DataFrame:
    """The key tags of all campaigns (kind None) and of each kind of campaign, as of `history`.

    Columns kind, tag, strength, low, high (95%, by a Poisson bootstrap over users), lift (how many times as
    often users with the tag take part: Mantel and Haenszel's ratio over campaigns) and rank (the order in
    which ``strongest_apart`` chooses). Strength is a tag's own evidence, each kind's scaled to its strongest.
    """
    drawn = np.random.default_rng(seed).poisson(1.0, (len(history.users), _RESAMPLES)).astype(float)
    weights = np.column_stack([np.ones(len(history.users)), drawn])
    found = []
    for kind in [None, *sorted({said for said in kinds.values() if said is not None})]:
        campaigns = [one for one in history.campaigns if kind is None or kinds.get(one.id) == kind]
        found.append(_chosen(tags, vectors, history, campaigns, weights).assign(kind=kind))
    return pd.concat(found, ignore_index=True)


def strongest_apart(
    tags: TagTable,
    vectors: NDArray[np.float32],
    history: ParticipationHistory,
    campaigns: Iterable[CampaignHistory],
    count: int,
) -> Ints:
    """Positions of `count` tags that together tell most, fewer where fewer tell anything.

    The strongest first; then always the one whose own evidence times its distance in meaning (1 - cosine)
    from the nearest chosen one is largest: a near-synonym of a chosen tag tells little more (maximal marginal
    relevance, Carbonell and Goldstein 1998).
    """
    one = np.ones((len(history.users), 1))
    left = _Evidence.of(tags, history, campaigns, one).information[:, 0]
    apart = np.ones(len(left))
    chosen: list[int] = []
    while len(chosen) < count and len(left) and (worth := left * apart).max() > 0:
        chosen.append(int(worth.argmax()))
        apart = np.minimum(apart, 1 - np.clip(vectors @ vectors[chosen[-1]], 0.0, 1.0))
        apart[chosen] = 0.0
    return np.array(chosen, dtype=np.int64)


def _chosen(
    tags: TagTable,
    vectors: NDArray[np.float32],
    history: ParticipationHistory,
    campaigns: list[CampaignHistory],
    weights: Floats,
) -> pd.DataFrame:
    order = strongest_apart(tags, vectors, history, campaigns, KEY_TAGS)
    evidence = _Evidence.of(tags, history, campaigns, weights, order)
    own, again = evidence.information[:, 0], evidence.information[:, 1:]
    low, high = np.quantile(again, [0.025, 0.975], axis=1) if len(order) else (own, own)
    scale = own.max(initial=0.0) or 1.0
    return pd.DataFrame(
        {
            "tag": tags.tags[order],
            "strength": own / scale,
            # The basic interval: drawing users anew adds to information what it has too much by chance.
            "low": np.clip(2 * own - high, 0.0, own) / scale,
            "high": np.clip(2 * own - low, own, None) / scale,
            "lift": evidence.lift[:, 0],
            "rank": np.arange(1, len(order) + 1),
        }
    )


@dataclass(frozen=True)
class _Evidence:
    """Of each tag (rows) under each weighting of the users (columns).

    information: what having the tag tells of taking part within campaigns, in nats a user: chi-square/2n of
    Mantel and Haenszel's test over campaigns, less its expected value without any association, 1/2n.
    A tag that helps one campaign as much as it harms another tells nothing of campaigns as such.
    lift: Mantel and Haenszel's risk ratio.
    """

    information: Floats
    lift: Floats

    @classmethod
    def of(
        cls,
        tags: TagTable,
        history: ParticipationHistory,
        campaigns: Iterable[CampaignHistory],
        weights: Floats,
        used: Ints | None = None,
    ) -> "_Evidence":
        has_tag = (tags.weights > 0).astype(float).tocsr()
        if used is not None:
            has_tag = has_tag[:, used]
        shape = (has_tag.shape[1], weights.shape[1])
        excess, variance, more, less = (np.zeros(shape) for _ in range(4))
        reached_by_all = np.zeros(weights.shape[1])
        for campaign in campaigns:
            reached = history.could_take_part(campaign)
            weight, columns = weights[reached], has_tag[reached].T.tocsr()
            outcome = weight * np.isin(reached, campaign.users)[:, np.newaxis]
            n, took_part = weight.sum(axis=0), outcome.sum(axis=0)
            tagged, both = columns @ weight, columns @ outcome
            total = np.maximum(n, 1.0)
            excess += both - tagged * took_part / total
            variance += (
                tagged * (n - tagged) * took_part * (n - took_part) / (total**2 * np.maximum(n - 1, 1.0))
            )
            more += both * (n - tagged) / total
            less += (took_part - both) * tagged / total
            reached_by_all += n
        chi_square = np.divide(excess**2, variance, out=np.zeros(shape), where=variance > 1e-9)
        lift = np.divide(more, less, out=np.full(shape, np.nan), where=less > 0)
        return cls(np.clip((chi_square - 1) / (2 * np.maximum(reached_by_all, 1.0)), 0.0, None), lift)
