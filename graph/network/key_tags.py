"""Key tags: the tags that carry information about who participates."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.network.past import Past
from graph.network.tags import TagTable

KEY_TAGS = 30
_SYNONYM_COSINE = 0.5
_AT_ONCE = 2_000


def tag_strengths(tags: TagTable, vectors: NDArray[np.float32], past: Past) -> NDArray[np.float64]:
    """Strength per tag, shape (n_tags,), scaled to a maximum of 1.

    Evidence is the mutual information between having the tag and participating, within each
    campaign (so that a campaign's reach is not mistaken for a tag's), less its expected value under
    independence, 1/2n nats (Miller 1955). Tags whose texts mean nearly the same share their
    evidence: each takes the mean over tags with cosine above 0.5, weighted by it.
    """
    evidence = _conditional_information(tags, past)
    strengths = np.zeros(len(evidence))
    for begin in range(0, len(evidence), _AT_ONCE):
        block = slice(begin, begin + _AT_ONCE)
        cosine = vectors[block] @ vectors.T
        shared = np.where(cosine > _SYNONYM_COSINE, cosine, 0.0).astype(float)
        np.fill_diagonal(shared[:, begin:], 1.0)
        strengths[block] = (shared @ evidence) / shared.sum(axis=1)
    peak = float(strengths.max(initial=0.0))
    return strengths / peak if peak > 0 else strengths


def rank_key_tags(tags: TagTable, strengths: NDArray[np.float64]) -> pd.DataFrame:
    """The strongest tags: columns tag, strength, rank (1 is the strongest)."""
    order = np.argsort(-strengths, kind="stable")[:KEY_TAGS]
    order = order[strengths[order] > 0]
    return pd.DataFrame(
        {
            "tag": tags.tags[order],
            "strength": strengths[order],
            "rank": np.arange(1, len(order) + 1),
        }
    )


def _conditional_information(tags: TagTable, past: Past) -> NDArray[np.float64]:
    has_tag = (tags.weights > 0).astype(float).tocsr()
    total, reached_by_all = np.zeros(len(tags.tags)), 0
    for campaign in past.campaigns:
        reached = past.could_take_part(campaign)
        rows = has_tag[reached]
        outcome = np.isin(reached, campaign.users).astype(float)
        total += len(reached) * _information(
            rows.T @ outcome, np.asarray(rows.sum(axis=0), dtype=float), outcome
        )
        reached_by_all += len(reached)
    return np.clip(total / max(reached_by_all, 1), 0.0, None)


def _information(
    tagged_participants: NDArray[np.float64], tagged: NDArray[np.float64], outcome: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mutual information of each tag's 2x2 table, in nats, less its bias."""
    n, participants = len(outcome), outcome.sum()
    information = np.zeros_like(tagged)
    for joint, row, column in (
        (tagged_participants, tagged, participants),
        (tagged - tagged_participants, tagged, n - participants),
        (participants - tagged_participants, n - tagged, participants),
        (n - tagged - participants + tagged_participants, n - tagged, n - participants),
    ):
        with np.errstate(divide="ignore", invalid="ignore"):
            term = joint / n * np.log(joint * n / (row * column))
        information += np.where(joint > 0, term, 0.0)
    return information - 1 / (2 * n)
