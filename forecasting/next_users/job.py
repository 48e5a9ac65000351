"""The jobs: learn who comes next from a data set's campaigns, and say it of one of them."""

from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import pandas as pd

from forecasting.next_users.backtest import by_follows, by_matrix, by_model, hits, ranks, times_taken
from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, event_sequences
from forecasting.next_users.next_user_model import MOST_USERS, Fitting, NextUserModel
from forecasting.records import find_campaign
from graph.connection import Graph, Row
from graph.datasets import Dataset, day_of, describe_dataset, seconds_of
from graph.errors import InvalidRequest, NotReady
from graph.progress import Progress
from graph.server.folders import make_writable
from graph.settings import Settings

COLUMNS = ["rank", "user", "probability", "campaigns"]
_HELD_BACK = 0.1
"""The share of participations, the latest, that a back-test asks for."""
_MOST_ASKED = 100
"""Campaigns of a back-test: those with the most to tell."""


@dataclass(frozen=True, kw_only=True)
class NextUsersRun:
    """A fitted model of so many `users`: trained on what lay before `cutoff`, after a back-test of another
    on what came from `backtest_from` on. `hits` has, for each of `names`, how often who came was among the
    first ten, of so many `positions`.
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
    """Back-test on the latest participations before `cutoff` (default: the end of the data), then fit to
    everything before it. Raises NotFound and InvalidRequest.
    """
    dataset = describe_dataset(graph, dataset_id)
    cutoff = dataset.check_cutoff(cutoff or dataset.now)
    known = _participations(graph, dataset, cutoff)
    if known.empty:
        raise InvalidRequest(f"Nobody took part in anything before {cutoff}.", "Choose a later day.")
    first = day_of(float(known["at"].quantile(1 - _HELD_BACK)), dataset.zone)
    tested = _back_test(known, seconds_of(first, dataset.zone), progress, fitting)
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
    """Every such model of a data set, the latest cut-off first."""
    dates = ("cutoff", "backtest_from")
    return [
        NextUsersRun(**{**row, **{name: date.fromisoformat(row[name]) for name in dates}})
        for row in graph.run("forecasts/next_users", dataset=dataset)
    ]


def who_is_next(
    graph: Graph, settings: Settings, dataset_id: str, campaign: str, origin: date | None = None
) -> tuple[pd.DataFrame, NextUsersRun, date]:
    """COLUMNS, with the probability of being the very next and the number of campaigns so far, of everybody
    who could, as known at `origin` (default: the end of the data); the model; and the origin.

    Raises NotFound, NotReady (no model as of then) and InvalidRequest (nobody has taken part by then).
    """
    dataset = describe_dataset(graph, dataset_id)
    find_campaign(graph, dataset_id, campaign)
    origin = dataset.check_cutoff(origin or dataset.now)
    run = next((one for one in next_users_runs(graph, dataset_id) if one.cutoff <= origin), None)
    if run is None:
        raise NotReady(
            f"Nothing was learned yet of who comes next in {dataset_id!r} as of {origin}.",
            f"Learn it: `groundswell train --dataset {dataset_id} --cutoff {origin}`.",
        )
    model = NextUserModel.read(settings.checkpoints / run.checkpoint)
    known = _participations(graph, dataset, origin)
    users = _most_frequent(known)
    others = event_sequences(known, users)
    own = others.pop(campaign, None)
    if own is None:
        raise InvalidRequest(
            f"Nobody took part in campaign {campaign} before {origin}.",
            "Who is next is told from who came before: choose a later --origin.",
        )
    scores = model.scores(Cooccurrence.of([*others.values()], len(users), model.gap), own)
    order = np.argsort(-scores)[: len(users) - len(own)]
    taken = times_taken([*others.values(), own], len(users)).astype(int)
    columns = (np.arange(1, len(order) + 1), users[order], np.exp(scores[order]), taken[order])
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True))), run, origin


def _back_test(known: pd.DataFrame, since: float, progress: Progress, fitting: Fitting) -> Row:
    """names, hits, positions."""
    past = known[known["at"] < since]
    users = _most_frequent(past)
    before, whole = event_sequences(past, users), event_sequences(known, users)
    taught = [*before.values()]
    model = NextUserModel.fit(taught, len(users), progress, fitting=fitting)
    asked: list[tuple[EventSequence, int]] = sorted(
        ((one, len(before[name])) for name, one in whole.items() if name in before),
        key=lambda told: told[1] - len(told[0]),
    )[:_MOST_ASKED]
    taken = times_taken(taught, len(users))
    rankers = {
        "K-LSTM's ranking": by_model(model, Cooccurrence.of(taught, len(users), model.gap)),
        "who follows whom, counted": by_follows(taught, len(users)),
        "who takes part most": by_matrix(np.zeros((len(users), len(users)), np.float32), 1.0, taken),
    }
    found = {name: ranks(ranker, asked) for name, ranker in rankers.items()}
    scores = [float(hits(one).mean()) if len(one) else 0.0 for one in found.values()]
    return {"names": [*found], "hits": scores, "positions": len(next(iter(found.values())))}


def _participations(graph: Graph, dataset: Dataset, before: date) -> pd.DataFrame:
    return graph.frame(
        "network/first_participations", dataset=dataset.id, before=dataset.moment(before)
    ).astype({"at": float})


def _most_frequent(known: pd.DataFrame) -> pd.Index:
    return pd.Index(sorted(known["user"].value_counts(sort=True).index[:MOST_USERS]))
