"""The jobs: train the next-user model of a data set, and rank the next users of a campaign."""

from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import pandas as pd

from forecasting.next_users.backtest import by_follows, by_matrix, by_model, hits, ranks, times_taken
from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, event_sequences
from forecasting.next_users.next_user_model import MAX_USERS, Fitting, NextUserModel
from forecasting.records import find_campaign
from graph.connection import Graph, Row
from graph.datasets import Dataset, day_of, describe_dataset, seconds_of
from graph.errors import InvalidRequest, NotReady
from graph.progress import Progress
from graph.server.folders import make_writable
from graph.settings import Settings

COLUMNS = ["rank", "user", "probability", "campaigns"]
_TEST_SHARE = 0.1
"""Share of the participations, the latest, that the back-test evaluates."""
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


def train_next_users(
    graph: Graph,
    settings: Settings,
    dataset_id: str,
    progress: Progress,
    cutoff: date | None = None,
    fitting: Fitting = Fitting(),  # noqa: B008 (frozen)
) -> NextUsersRun:
    """Back-test on the latest participations before `cutoff` (default: the end of the data), then train on
    all participations before it. Raises NotFound and InvalidRequest.
    """
    dataset = describe_dataset(graph, dataset_id)
    cutoff = dataset.check_cutoff(cutoff or dataset.end)
    known = _participations(graph, dataset, cutoff)
    if known.empty:
        raise InvalidRequest(f"There are no participations before {cutoff}.", "Choose a later day.")
    first = day_of(float(known["at"].quantile(1 - _TEST_SHARE)), dataset.zone)
    tested = _backtest(known, seconds_of(first, dataset.zone), progress, fitting)
    users = _most_frequent(known)
    model = NextUserModel.fit(event_sequences(known, users).values(), len(users), progress, fitting=fitting)
    run = NextUsersRun(
        id=f"next-users/{cutoff}",
        cutoff=cutoff,
        checkpoint=f"{dataset_id}-{cutoff}-next-users.safetensors",
        backtest_from=first,
        users=len(users),
        **tested,
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
            f"Train one: `groundswell train --dataset {dataset_id} --cutoff {origin}`.",
        )
    model = NextUserModel.read(settings.checkpoints / run.checkpoint)
    known = _participations(graph, dataset, origin)
    users = _most_frequent(known)
    others = event_sequences(known, users)
    own = others.pop(campaign, None)
    if own is None:
        raise InvalidRequest(
            f"Campaign {campaign} has no participants before {origin}.",
            "Choose a later --origin: the ranking needs at least one participant.",
        )
    scores = model.scores(Cooccurrence.of([*others.values()], len(users), model.gap), own)
    order = np.argsort(-scores)[: len(users) - len(own)]
    taken = times_taken([*others.values(), own], len(users)).astype(int)
    columns = (np.arange(1, len(order) + 1), users[order], np.exp(scores[order]), taken[order])
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True))), run, origin


def _backtest(known: pd.DataFrame, since: float, progress: Progress, fitting: Fitting) -> Row:
    """names, hits, positions."""
    past = known[known["at"] < since]
    users = _most_frequent(past)
    before, whole = event_sequences(past, users), event_sequences(known, users)
    training = [*before.values()]
    model = NextUserModel.fit(training, len(users), progress, fitting=fitting)
    test: list[tuple[EventSequence, int]] = sorted(
        ((sequence, len(before[name])) for name, sequence in whole.items() if name in before),
        key=lambda case: case[1] - len(case[0]),
    )[:_MAX_CAMPAIGNS]
    taken = times_taken(training, len(users))
    rankers = {
        "next-user model": by_model(model, Cooccurrence.of(training, len(users), model.gap)),
        "co-occurrence counts": by_follows(training, len(users)),
        "most frequent participants": by_matrix(np.zeros((len(users), len(users)), np.float32), 1.0, taken),
    }
    results = {name: ranks(ranker, test) for name, ranker in rankers.items()}
    scores = [float(hits(result).mean()) if len(result) else 0.0 for result in results.values()]
    return {"names": [*results], "hits": scores, "positions": len(next(iter(results.values())))}


def _participations(graph: Graph, dataset: Dataset, before: date) -> pd.DataFrame:
    return graph.frame(
        "network/first_participations", dataset=dataset.id, before=dataset.moment(before)
    ).astype({"at": float})


def _most_frequent(known: pd.DataFrame) -> pd.Index:
    return pd.Index(sorted(known["user"].value_counts(sort=True).index[:MAX_USERS]))
