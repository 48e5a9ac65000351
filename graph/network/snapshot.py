"""Tags, and who is joined to whom, as of a moment: what influence is then looked for along."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.connection import Graph
from graph.datasets import Dataset
from graph.network import projections
from graph.network.key_tags import tag_strengths
from graph.network.records import Records
from graph.network.similarity import NEIGHBOURS, user_vectors
from graph.network.tags import TagTable, characteristic_categories
from graph.network.text import TextEncoder


@dataclass(frozen=True)
class Snapshot:
    """user_tags: user, tag, text, weight, source. vectors and strengths: of each tag. similar: user,
    other, score, each user with those nearest. edges: source, target, score, sorted, both directions.
    """

    records: Records
    user_tags: pd.DataFrame
    tags: TagTable
    vectors: NDArray[np.float32]
    strengths: NDArray[np.float64]
    similar: pd.DataFrame
    edges: pd.DataFrame


def take_snapshot(
    graph: Graph, dataset: Dataset, records: Records, encoder: TextEncoder, seed: int
) -> Snapshot:
    """Nothing at or after the day of `records` is read."""
    user_tags = _user_tags(graph, dataset, records)
    tags = TagTable(records.users, user_tags)
    vectors = encoder.vectors(tags.texts)
    strengths = tag_strengths(tags, vectors, records.past)
    placed = user_vectors(tags, vectors, strengths)
    rows = [
        {"user": user, "vector": vector.tolist()}
        for user, vector in zip(records.users, placed, strict=True)
        if vector.any()
    ]
    similar = projections.nearest_users(graph, dataset.id, rows, NEIGHBOURS, seed)
    # Where people's real ties are known, they are what influence travels along.
    joined = records.ties.assign(score=1.0) if len(records.ties) else similar
    return Snapshot(records, user_tags, tags, vectors, strengths, similar, _both_ways(joined))


def _user_tags(graph: Graph, dataset: Dataset, records: Records) -> pd.DataFrame:
    scope = {"dataset": dataset.id, "before": dataset.moment(records.day)}
    baskets = graph.frame("network/category_baskets", **scope).explode(["category", "baskets"])
    baskets = baskets.astype({"baskets": float})
    shown = characteristic_categories(baskets).assign(source="behaviour")
    stated = graph.frame("network/stated_tags", **scope)
    # Stated tags weigh together what behaviour tags do: 1 per user.
    share = stated.groupby("user")["weight"].transform("sum")
    stated = stated.assign(source="stated", weight=stated["weight"] / share)
    return pd.concat([shown, stated], ignore_index=True)


def _both_ways(joined: pd.DataFrame) -> pd.DataFrame:
    one = joined.set_axis(["source", "target", "score"], axis=1)
    other = one.rename(columns={"source": "target", "target": "source"})
    apart = pd.concat([one, other])
    apart = apart[apart["source"] != apart["target"]]
    return apart.groupby(["source", "target"], as_index=False)["score"].max()
