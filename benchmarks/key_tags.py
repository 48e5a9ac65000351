"""Do key tags predict later participation? Compared with mutual information, TF-IDF and attention weights.

Each method selects k tags before a cut-off. A logistic regression on these tags alone, fitted to the
campaigns before the cut-off, ranks the users who can take part in each later campaign. The measure is
AUC, the mean over campaigns, with intervals of the difference by bootstrap over campaigns.
"""

from datetime import date

import numpy as np
import torch
from scipy import sparse
from sklearn.feature_selection import mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.report import Row
from benchmarks.two_sources import on_two_sources
from graph.connection import Graph
from graph.datasets import describe_dataset
from network.inputs import read_inputs
from network.participation_history import Floats, Ints, ParticipationHistory
from network.similarity.build_similarity import TagFeatures
from network.tags.key_tags import select_diverse_tags
from network.tags.text_encoder import TextEncoder

_SIZES = (10, 30)
_MIN_CASES = 5
_STEPS = 200
_BATCH = 20_000


def cases(history: ParticipationHistory) -> tuple[Ints, Ints]:
    """(user, took part) of the users that each campaign of `history` could reach."""
    users, took_part = [], []
    for campaign in history.campaigns:
        reached = history.could_take_part(campaign)
        users.append(reached)
        took_part.append(np.isin(reached, campaign.users).astype(np.int64))
    return np.concatenate(users), np.concatenate(took_part)


def attention(tagged: TagFeatures, users: Ints, took_part: Ints, seed: int = 0) -> Floats:
    """Weight of each tag in a model that pools the user's tag vectors by attention, signed or not.

    A user's score is the sum over tags of attention (softmax of a learned query with the tag vectors)
    times a learned value of the tag.
    """
    torch.manual_seed(seed)
    has = sparse.csr_array((tagged.tags.weights > 0).astype(np.float32))
    indptr, indices, ones = (torch.as_tensor(array) for array in (has.indptr, has.indices, has.data))
    mask = torch.sparse_csr_tensor(indptr, indices, ones, size=has.shape)
    vectors = torch.as_tensor(tagged.vectors)
    query = torch.zeros(vectors.shape[1], requires_grad=True)
    values = torch.zeros(len(vectors), requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.Adam([query, values, bias], lr=0.05)
    outcome = torch.as_tensor(took_part, dtype=torch.float32)
    rng = np.random.default_rng(seed)
    for _ in range(_STEPS):
        sample = torch.as_tensor(rng.integers(len(users), size=min(_BATCH, len(users))))
        weights = torch.exp(vectors @ query - (vectors @ query).max())
        sums = mask @ torch.stack([weights * values, weights], dim=1)
        score = sums[:, 0] / sums[:, 1].clamp(min=1e-9) + bias
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            score[torch.as_tensor(users)[sample]], outcome[sample]
        )
        optimiser.zero_grad()
        (loss + 1e-3 * values.square().mean()).backward()
        optimiser.step()
    share = np.asarray(tagged.tags.weights.sum(axis=0)).ravel()
    with torch.no_grad():
        return np.asarray((torch.exp(vectors @ query) * values.abs()).numpy() * share, dtype=float)


def later_auc(
    history: ParticipationHistory,
    since: float,
    has: sparse.csr_array,
    chosen: Ints,
    training: ParticipationHistory,
) -> dict[str, float]:
    """AUC of each campaign that continues after `since`, by the tags `chosen` alone."""
    users, took_part = cases(training)
    model = LogisticRegression(max_iter=500).fit(has[users][:, chosen], took_part)
    score = has[:, chosen] @ model.coef_[0]
    active = history.first_seen <= since
    aucs = {}
    for campaign in history.campaigns:
        later = campaign.users[campaign.times >= since]
        at_risk = np.setdiff1d(history.could_take_part(campaign), campaign.users[campaign.times < since])
        at_risk = at_risk[active[at_risk]]
        outcome = np.isin(at_risk, later)
        if min(outcome.sum(), (~outcome).sum()) >= _MIN_CASES:
            aucs[campaign.id] = float(roc_auc_score(outcome, score[at_risk]))
    return aucs


def compare(graph: Graph, name: str, dataset: str, cutoff: date, encoder: TextEncoder) -> list[Row]:
    """Compare the key tags with every other selection."""
    described = describe_dataset(graph, dataset)
    inputs = read_inputs(graph, described, described.end)
    earlier = inputs.before(cutoff)
    tagged = TagFeatures.of(earlier, encoder)
    has = sparse.csr_array((tagged.tags.weights > 0).astype(float))
    users, took_part = cases(earlier.history)
    alternatives = {
        "mutual information": mutual_info_classif(has[users], took_part, discrete_features=True),
        "TF-IDF": np.asarray(tagged.tags.weights.sum(axis=0), dtype=float).ravel(),
        "attention": attention(tagged, users, took_part),
    }
    rng = np.random.default_rng(5)
    rows = []
    for size in _SIZES:

        def auc(chosen: Ints) -> Floats:
            return np.array(
                list(later_auc(inputs.history, earlier.seconds, has, chosen, earlier.history).values())
            )

        selected = auc(
            select_diverse_tags(tagged.tags, tagged.vectors, earlier.history, earlier.history.campaigns, size)
        )
        resample = rng.integers(len(selected), size=(2000, len(selected)))
        for alternative, strength in alternatives.items():
            other = auc(np.argsort(-strength, kind="stable")[:size])
            low, high = np.quantile(
                selected[resample].mean(axis=1) / other[resample].mean(axis=1), [0.025, 0.975]
            )
            what = f"{name}: AUC of later participation by {size} tags"
            means = float(selected.mean()), float(other.mean())
            note = f"{len(selected)} campaigns, {len(tagged.tags.tags):,} candidate tags"
            rows.append(Row(what, *means, alternative, "higher", 1.0, float(low), float(high), note))
    return rows


if __name__ == "__main__":
    on_two_sources("key-tags", __doc__, compare)
