"""What the graph holds, as the API tells it: for its routes, and for the command line, which shows it."""

from dataclasses import asdict
from typing import Any

from api.schemas import forecasts, resources
from forecasting.records import (
    BackTest,
    Forecast,
    ModelRun,
    StoredBackTest,
    expected_groups,
    find_explanation,
    likely_table,
)
from graph.connection import Graph
from graph.importing.runs import ImportRun
from graph.pseudonyms import Pseudonyms
from graph.settings import Settings
from jobs.queue import Job
from network.queries import describe_influence_test
from network.runs import NetworkRun


def network(run: NetworkRun) -> resources.Network:
    """A network with the verdict of its influence test."""
    test = run.influence_test
    verdict = {"verdict": test.verdict, "summary": describe_influence_test(test)}
    return resources.Network.model_validate({**asdict(run), "influence_test": {**asdict(test), **verdict}})


def comparison(run: BackTest) -> forecasts.Comparison:
    """How a forecaster did beside its peers."""
    return forecasts.Comparison(**_compared(run))


def model(run: ModelRun) -> forecasts.Model:
    """A model, and how it did before it was kept."""
    return forecasts.Model(id=run.id, cutoff=run.cutoff, network=run.network, back_test=comparison(run))


def back_test(run: StoredBackTest) -> forecasts.BackTest:
    """A comparison on days of choice."""
    scope = {"id": run.id, "until": run.until, "every": run.every, "network": run.network}
    return forecasts.BackTest(**scope, **_compared(run))


def forecast(graph: Graph, dataset: str, made: Forecast) -> forecasts.Forecast:
    """A stored forecast with what it expects of neighbour groups."""
    columns = {"step": made.days, **made.values}
    return forecasts.Forecast.model_validate(
        {
            "campaign": made.campaign,
            "origin": made.origin,
            "model": made.model,
            "network": made.network,
            "steps": [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
            "groups": expected_groups(graph, dataset, made.id),
        }
    )


def explanation(graph: Graph, dataset: str, made: Forecast) -> forecasts.Explanation:
    """Why a stored forecast says what it says. Raises NotFound where it was stored without reasons."""
    found = find_explanation(graph, dataset, made)
    return forecasts.Explanation(
        campaign=made.campaign,
        origin=made.origin,
        model=made.model,
        expected=float(made.steps["mean"].sum()),
        baseline=found.baseline,
        attributions=found.attributions.to_dict("records"),
        odds_ratios=found.odds_ratios.to_dict("records"),
    )


def likely_users_csv(
    graph: Graph, settings: Settings, dataset: str, made: Forecast, *, waiting: bool = False
) -> bytes:
    """Everybody whom a stored forecast expects, as a file; by pseudonyms where there is a key to them."""
    named = Pseudonyms(settings.pseudonym_key, dataset)
    table = named.table(likely_table(graph, dataset, made.id, waiting=waiting))
    return table.to_csv(index=False, lineterminator="\r\n").encode()


def one_import(run: ImportRun) -> resources.Import:
    """What became of an import's rows."""
    told = {name: value for name, value in vars(run).items() if name in resources.Import.model_fields}
    return resources.Import(**{**told, "id": f"{run.dataset}.{run.number}"})


def job(one: Job) -> resources.Job:
    """How a job stands."""
    stage = None
    if one.state == "running" and one.stage:
        stage = resources.JobStage(stage=one.stage, done=one.done or 0, total=one.total)
    return resources.Job.model_validate({**vars(one), "progress": stage})


def _compared(run: BackTest) -> dict[str, Any]:
    of_redeemers = run.redeemers_scores
    return {
        "since": run.backtest_from,
        "horizon": run.horizon,
        "points": run.points,
        "holidays": run.holidays,
        "participants": run.scores.to_dict("records"),
        "redeemers": None if of_redeemers is None else of_redeemers.to_dict("records"),
        "covered_80": run.coverage_80,
        "level_covered_80": run.level_coverage_80,
    }
