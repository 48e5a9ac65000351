"""Key tags: the tags that carry information about who participates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from graph.network.past import CampaignPast, Floats, Past
from graph.network.tags import TagTable

KEY_TAGS = 30
_SYNONYM_COSINE = 0.5
_AT_ONCE = 2_000
_RESAMPLES = 200


def tag_strengths(tags: TagTable, vectors: NDArray[np.float32], past: Past) -> Floats:
    """Strength per tag, shape (n_tags,), scaled to a maximum of 1.

    Evidence is the mutual information between having the tag and participating, within each
    campaign (so that a campaign's reach is not mistaken for a tag's), less its expected value under
    independence, 1/2n nats (Miller 1955). Tags whose texts mean nearly the same share their
    evidence: each takes the mean over tags with cosine above 0.5, weighted by it.
    """
    one = np.ones((len(past.users), 1))
    evidence = _Evidence.of(tags, past, past.campaigns, one).information[:, 0]
    strengths = np.zeros(len(evidence))
    for begin in range(0, len(evidence), _AT_ONCE):
        block = np.arange(begin, min(begin + _AT_ONCE, len(evidence)))
        strengths[block] = _shared(vectors, block) @ evidence
    peak = float(strengths.max(initial=0.0))
    return strengths / peak if peak > 0 else strengths


def key_tags(
    tags: TagTable, vectors: NDArray[np.float32], past: Past, kinds: Mapping[str, str | None], seed: int
) -> pd.DataFrame:
    """The strongest tags of all campaigns (kind None) and of each kind of campaign, as of `past`.

    Columns kind, tag, strength, low, high (95%, by a Poisson bootstrap over users), lift (how many times as
    often users with the tag take part: Mantel and Haenszel's ratio over campaigns) and rank (1 is the
    strongest). Strengths are ``tag_strengths``, each kind's scaled to its own strongest.
    """
    drawn = np.random.default_rng(seed).poisson(1.0, (len(past.users), _RESAMPLES)).astype(float)
    weights = np.column_stack([np.ones(len(past.users)), drawn])
    found = []
    for kind in [None, *sorted({said for said in kinds.values() if said is not None})]:
        campaigns = [one for one in past.campaigns if kind is None or kinds.get(one.id) == kind]
        found.append(_strongest(tags, vectors, past, campaigns, weights).assign(kind=kind))
    return pd.concat(found, ignore_index=True)


def _strongest(
    tags: TagTable,
    vectors: NDArray[np.float32],
    past: Past,
    campaigns: list[CampaignPast],
    weights: Floats,
) -> pd.DataFrame:
    strengths = tag_strengths(tags, vectors, Past(past.users, past.before, past.activity, campaigns))
    order = np.argsort(-strengths, kind="stable")[:KEY_TAGS]
    order = order[strengths[order] > 0]
    shared = _shared(vectors, order)
    # Only what shares its evidence with one of them is looked at again and again.
    used = np.flatnonzero(shared.any(axis=0))
    evidence = _Evidence.of(tags, past, campaigns, weights, used)
    again = shared[:, used] @ evidence.information
    own, rest = again[:, 0], again[:, 1:]
    low, high = np.quantile(rest, [0.025, 0.975], axis=1) if len(order) else (own, own)
    scale = own.max(initial=0.0) or 1.0
    return pd.DataFrame(
        {
            "tag": tags.tags[order],
            "strength": own / scale,
            # The basic interval: drawing users anew adds to information what it has too much by chance.
            "low": np.clip(2 * own - high, 0.0, own) / scale,
            "high": np.clip(2 * own - low, own, None) / scale,
            "lift": evidence.lift[np.searchsorted(used, order), 0],
            "rank": np.arange(1, len(order) + 1),
        }
    )


def _shared(vectors: NDArray[np.float32], rows: NDArray[np.int64]) -> Floats:
    """How much each of `rows` takes of every tag's evidence, shape (rows, n_tags); each row sums to 1."""
    cosine = vectors[rows] @ vectors.T
    shared = np.where(cosine > _SYNONYM_COSINE, cosine, 0.0).astype(float)
    shared[np.arange(len(rows)), rows] = 1.0
    return shared / shared.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class _Evidence:
    """Of each tag (rows) under each weighting of the users (columns)."""

    information: Floats
    lift: Floats

    @classmethod
    def of(
        cls,
        tags: TagTable,
        past: Past,
        campaigns: Iterable[CampaignPast],
        weights: Floats,
        used: NDArray[np.int64] | None = None,
    ) -> "_Evidence":
        has_tag = (tags.weights > 0).astype(float).tocsr()
        if used is not None:
            has_tag = has_tag[:, used]
        shape = (has_tag.shape[1], weights.shape[1])
        total, more, less = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        reached_by_all = np.zeros(weights.shape[1])
        for campaign in campaigns:
            reached = past.could_take_part(campaign)
            table = ContingencyTables.of(has_tag[reached], np.isin(reached, campaign.users), weights[reached])
            total += table.n * table.information()
            more += table.both * (table.n - table.tagged) / np.maximum(table.n, 1.0)
            less += (table.participants - table.both) * table.tagged / np.maximum(table.n, 1.0)
            reached_by_all += table.n
        lift = np.divide(more, less, out=np.full(shape, np.nan), where=less > 0)
        return cls(np.clip(total / np.maximum(reached_by_all, 1.0), 0.0, None), lift)


@dataclass(frozen=True)
class ContingencyTables:
    """The 2x2 tables of one campaign: tag or not, participant or not. Counts are sums of weights."""

    n: Floats
    participants: Floats
    tagged: Floats
    both: Floats

    @classmethod
    def of(
        cls, has_tag: sparse.csr_array, took_part: NDArray[np.bool_], weights: Floats
    ) -> "ContingencyTables":
        outcome = weights * took_part[:, np.newaxis]
        columns = has_tag.T.tocsr()
        return cls(weights.sum(axis=0), outcome.sum(axis=0), columns @ weights, columns @ outcome)

    def information(self) -> Floats:
        """Mutual information in nats, less its bias."""
        n, participants, tagged, both = self.n, self.participants, self.tagged, self.both
        information = np.zeros_like(tagged)
        for joint, row, column in (
            (both, tagged, participants),
            (tagged - both, tagged, n - participants),
            (participants - both, n - tagged, participants),
            (n - tagged - participants + both, n - tagged, n - participants),
        ):
            with np.errstate(divide="ignore", invalid="ignore"):
                term = joint / n * np.log(joint * n / (row * column))
            information += np.where(joint > 0, term, 0.0)
        return information - 1 / (2 * np.maximum(n, 1.0))
