"""The jobs: train the next-user model of a data set, and rank the next users of a campaign."""

from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import pandas as pd

from forecasting.next_users.backtest import (
    campaign_counts,
    cooccurrence_ranker,
    hits,
    model_ranker,
    popularity_ranker,
    ranks,
)
from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, event_sequences
from forecasting.next_users.next_user_model import MAX_USERS, Hyperparameters, NextUserModel
from forecasting.records import find_campaign
from graph.connection import Graph, Row
from graph.dataset_lock import locks_dataset
from graph.datasets import Dataset, day_of, describe_dataset, seconds_of
from graph.errors import InvalidRequest, NotReady
from graph.progress import Progress
from graph.remedies import Remedy
from graph.server.folders import make_writable
from graph.settings import Settings

COLUMNS = ["rank", "user", "probability", "campaigns"]
_TEST_SHARE = 0.1
"""Share of the participations that the back-test evaluates: the latest."""
_MAX_CAMPAIGNS = 100
"""Campaigns of the back-test: those with the most participations to evaluate."""


@dataclass(frozen=True, kw_only=True)
class NextUsersRun:
    """A trained next-user model, with its back-test.

    Attributes
    ----------
    cutoff
        First day not used in training.
    checkpoint
        File name of the model.
    backtest_from
        First day of the back-test, whose model was trained on earlier data.
    names, hits
        The rankings compared, and for each the share of positions whose next user was among its first ten.
    positions
        Number of positions.
    users
        Number of users that the model ranks.
    """

    id: str
    cutoff: date
    checkpoint: str
    backtest_from: date
    names: list[str]
    hits: list[float]
    positions: int
    users: int


@locks_dataset("training")
def train_next_users(
    graph: Graph,
    settings: Settings,
    dataset_id: str,
    progress: Progress,
    cutoff: date | None = None,
    hyperparameters: Hyperparameters = Hyperparameters(),  # noqa: B008 (frozen)
) -> NextUsersRun:
    """Back-test on the latest participations before `cutoff` (default: the end of the data), then train on
    all participations before it. Raises NotFound, InvalidRequest and DatasetLocked.
    """
    dataset = describe_dataset(graph, dataset_id)
    cutoff = dataset.check_cutoff(cutoff or dataset.end)
    participations = _read_participations(graph, dataset, cutoff)
    if participations.empty:
        raise InvalidRequest(f"There are no participations before {cutoff}.", "Choose a later day.")
    first = day_of(float(participations["at"].quantile(1 - _TEST_SHARE)), dataset.zone)
    comparison = _backtest(participations, seconds_of(first, dataset.zone), progress, hyperparameters)
    users = _most_frequent(participations)
    sequences = event_sequences(participations, users).values()
    model = NextUserModel.fit(sequences, len(users), progress, hyperparameters=hyperparameters)
    run = NextUsersRun(
        id=f"next-users/{cutoff}",
        cutoff=cutoff,
        checkpoint=f"{dataset_id}-{cutoff}-next-users.safetensors",
        backtest_from=first,
        users=len(users),
        **comparison,
    )
    make_writable(settings.checkpoints)
    model.write(settings.checkpoints / run.checkpoint, {"dataset": dataset_id, "cutoff": str(cutoff)})
    figures = asdict(run) | {"cutoff": str(cutoff), "backtest_from": str(first)}
    graph.run("forecasts/write_next_users", dataset=dataset_id, id=figures.pop("id"), figures=figures)
    return run


def next_users_runs(graph: Graph, dataset: str) -> list[NextUsersRun]:
    """All next-user models of a data set, the latest cut-off first."""
    dates = ("cutoff", "backtest_from")
    return [
        NextUsersRun(**{**row, **{name: date.fromisoformat(row[name]) for name in dates}})
        for row in graph.run("forecasts/next_users", dataset=dataset)
    ]


def rank_next_users(
    graph: Graph, settings: Settings, dataset_id: str, campaign: str, origin: date | None = None
) -> tuple[pd.DataFrame, NextUsersRun, date]:
    """Rank the users who have not taken part in `campaign` before `origin` (default: the end of the data).

    Returns
    -------
    A table with COLUMNS (probability of being the next, number of campaigns so far), the model, the origin.

    Raises
    ------
    NotFound
        For an unknown data set or campaign.
    NotReady
        If no model was trained up to `origin`.
    InvalidRequest
        If the campaign has no participants before `origin`.
    """
    dataset = describe_dataset(graph, dataset_id)
    find_campaign(graph, dataset_id, campaign)
    origin = dataset.check_cutoff(origin or dataset.end)
    run = next((run for run in next_users_runs(graph, dataset_id) if run.cutoff <= origin), None)
    if run is None:
        raise NotReady(
            f"There is no next-user model of {dataset_id!r} trained up to {origin}.",
            Remedy("Train one", "train model", cutoff=origin, next_users=True, dataset=dataset_id),
        )
    model = NextUserModel.read(settings.checkpoints / run.checkpoint, dataset_id)
    participations = _read_participations(graph, dataset, origin)
    users = _most_frequent(participations)
    others = event_sequences(participations, users)
    so_far = others.pop(campaign, None)
    if so_far is None:
        raise InvalidRequest(
            f"Campaign {campaign} has no participants before {origin}.",
            "Choose a later origin: the ranking needs at least one participant.",
        )
    cooccurrence = Cooccurrence.of([*others.values()], len(users), model.gap)
    log_probabilities = model.log_probabilities(cooccurrence, so_far)
    order = np.argsort(-log_probabilities)[: len(users) - len(so_far)]
    counts = campaign_counts([*others.values(), so_far], len(users)).astype(int)
    columns = (
        np.arange(1, len(order) + 1),
        users[order],
        np.exp(log_probabilities[order]),
        counts[order],
    )
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True))), run, origin


def _backtest(
    participations: pd.DataFrame, since: float, progress: Progress, hyperparameters: Hyperparameters
) -> Row:
    """`names`, `hits` and `positions` of a NextUsersRun."""
    past = participations[participations["at"] < since]
    users = _most_frequent(past)
    before, whole = event_sequences(past, users), event_sequences(participations, users)
    training = [*before.values()]
    model = NextUserModel.fit(training, len(users), progress, hyperparameters=hyperparameters)
    test: list[tuple[EventSequence, int]] = sorted(
        ((sequence, len(before[campaign])) for campaign, sequence in whole.items() if campaign in before),
        key=lambda pair: pair[1] - len(pair[0]),
    )[:_MAX_CAMPAIGNS]
    cooccurrence = Cooccurrence.of(training, len(users), model.gap)
    rankers = {
        "next-user model": model_ranker(model, cooccurrence),
        "co-occurrence counts": cooccurrence_ranker(training, len(users)),
        "most frequent participants": popularity_ranker(campaign_counts(training, len(users))),
    }
    results = {name: ranks(ranker, test) for name, ranker in rankers.items()}
    shares = [float(hits(result).mean()) if len(result) else 0.0 for result in results.values()]
    return {"names": [*results], "hits": shares, "positions": len(next(iter(results.values())))}


def _read_participations(graph: Graph, dataset: Dataset, before: date) -> pd.DataFrame:
    return graph.frame(
        "network/first_participations", dataset=dataset.id, before=dataset.moment(before)
    ).astype({"at": float})


def _most_frequent(participations: pd.DataFrame) -> pd.Index:
    return pd.Index(sorted(participations["user"].value_counts(sort=True).index[:MAX_USERS]))
