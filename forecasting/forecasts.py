"""The forecast job: forecast a campaign, its users and groups, and store the result with its explanation."""

from datetime import date, datetime
from pathlib import Path

import pandas as pd

from forecasting.behaviours.forecaster import BehaviourForecaster
from forecasting.history.campaigns import campaign_list, reaching_users, running_at
from forecasting.history.history import History
from forecasting.history.read_history import read_history
from forecasting.history.time_step import Step, step_named
from forecasting.klstm.attributions import Explanation
from forecasting.klstm.forecaster import KLSTM
from forecasting.records import (
    ASSOCIATION_PROPERTIES,
    BEHAVIOUR_VALUES,
    REDEEMER_VALUES,
    Forecast,
    ModelRun,
    behaviour_properties,
    behaviours_path,
    campaign_row,
    check_campaign,
    checkpoint_path,
    models,
    redeemers_path,
)
from graph.connection import Graph, Row
from graph.datasets import Dataset, describe_dataset
from graph.errors import InvalidRequest, NotReady
from graph.importing.runs.rules import standing_rules
from graph.progress import Progress
from graph.remedies import Remedy
from graph.settings import Settings
from network.runs import NetworkRun, networks


def forecast_campaign(
    graph: Graph,
    settings: Settings,
    dataset_id: str,
    campaign: str,
    horizon: int | None,
    progress: Progress,
    origin: date | None = None,
) -> Forecast:
    """Forecast `campaign` for `horizon` steps of its model from `origin` on, and store it.

    The horizon defaults to ``Step.default_horizon``, the origin to the model's cut-off, or to the end of the
    data where steps are hours.

    Raises
    ------
    NotFound
        For an unknown data set or campaign.
    NotReady
        If no model was trained up to `origin`.
    InvalidRequest
        For a horizon out of range, or a campaign that does not run at `origin`.
    """
    run, history = _model_and_history(graph, dataset_id, campaign, progress, origin)
    origin, checkpoint = history.as_of, checkpoint_path(settings, run)
    model = KLSTM.load(checkpoint)
    horizon = horizon or history.step.default_horizon
    forecasts = model.forecast(history, horizon)
    steps, users = forecasts.steps.drop(columns="unique_id"), forecasts.users.assign(redeems=None)
    if redeemers_path(checkpoint).exists():
        redeemers = KLSTM.load(redeemers_path(checkpoint)).forecast(history.redeemers(), horizon)
        steps = steps.join(_redeemer_columns(redeemers.steps))
        users["redeems"] = users["user"].map(redeemers.users.set_index("user")["probability"])
    step = history.step
    forecast = Forecast(
        f"{campaign}/{step.text(origin)}/{run.id}",
        campaign,
        origin,
        run.id,
        run.network,
        days=[step.text(moment) for moment in steps["ds"]],
        values={name: steps[name].astype(float).tolist() for name in steps.columns[1:]},
        others_share=forecasts.others_share(campaign),
        unit=step.name,
        behaviours=_behaviours(checkpoint, history, horizon),
    )
    graph.run(
        "forecasts/write_forecast",
        dataset=dataset_id,
        campaign=campaign,
        model=run.id,
        id=forecast.id,
        origin=step.text(origin),
        unit=step.name,
        steps=forecast.days,
        values=forecast.values,
        behaviours=behaviour_properties(forecast.behaviours),
        others_share=forecast.others_share,
        explanation=_explanation_properties(model.explain(forecasts, campaign)),
    )
    graph.run(
        "forecasts/write_expected",
        dataset=dataset_id,
        id=forecast.id,
        users=users.assign(rank=range(1, len(users) + 1)).to_dict("records"),
        groups=_group_rows(forecasts.groups),
    )
    return forecast


def explain_campaign(
    graph: Graph,
    settings: Settings,
    dataset_id: str,
    campaign: str,
    horizon: int | None,
    progress: Progress,
    origin: date | None = None,
) -> tuple[Explanation, ModelRun]:
    """Explain a forecast, and name its model. Parameters and errors are those of `forecast_campaign`."""
    run, history = _model_and_history(graph, dataset_id, campaign, progress, origin)
    model = KLSTM.load(checkpoint_path(settings, run))
    forecasts = model.forecast(history, horizon or history.step.default_horizon)
    return model.explain(forecasts, campaign), run


def _model_and_history(
    graph: Graph, dataset_id: str, campaign: str, progress: Progress, origin: date | None
) -> tuple[ModelRun, History]:
    dataset = describe_dataset(graph, dataset_id)
    check_campaign(graph, dataset_id, campaign)
    run = model_for(graph, dataset_id, origin)
    step = step_named(run.step)
    origin = _origin(dataset, run, step, origin)
    campaigns = campaign_list(graph, dataset_id, dataset.moment(origin), step)
    row = campaign_row(campaigns, dataset_id, campaign)
    campaigns = reaching_users(campaigns, standing_rules(graph, dataset_id).opens_untargeted)
    if campaign not in set(campaigns["id"]):
        raise InvalidRequest(f"{row['name']} reached no users in this data set.", "Choose another campaign.")
    _check_running(campaigns, dataset_id, row, origin, step)
    network = network_of_model(graph, dataset_id, run)
    return run, read_history(graph, dataset_id, network, origin, progress, only=campaign, step=step)


def _origin(dataset: Dataset, run: ModelRun, step: Step, requested: date | None) -> date:
    """The beginning of a step: by default that of the model's cut-off or, by hour, of the end of the data."""
    if isinstance(requested, datetime) and not step.has_clock:
        raise InvalidRequest(
            f"The model counts in {step.name}s, so a forecast begins with a day, not at {requested:%H:%M}.",
            Remedy(
                "Give a day (YYYY-MM-DD), or train a model by hour",
                "train model",
                step="hour",
                dataset=dataset.id,
            ),
        )
    if step.has_clock:
        return dataset.check_cutoff(step.origin(requested or dataset.end_moment))
    return step.origin(dataset.check_cutoff(requested or run.cutoff))


def _explanation_properties(explanation: Explanation) -> Row:
    associations = explanation.associations.drop(columns="trait").astype(float)
    return {
        "baseline": explanation.baseline,
        "attribution_features": explanation.attributions["feature"].tolist(),
        "attribution_ratios": explanation.attributions["ratio"].astype(float).tolist(),
        "traits": explanation.associations["trait"].tolist(),
        **{ASSOCIATION_PROPERTIES[name]: column.tolist() for name, column in associations.items()},
    }


def _redeemer_columns(forecast: pd.DataFrame) -> pd.DataFrame:
    columns = {name: name.replace("redeemers", "participants") for name in REDEEMER_VALUES[1:]}
    return pd.DataFrame(
        {"redeemers_mean": forecast["mean"]} | {new: forecast[old] for new, old in columns.items()}
    )


def _behaviours(checkpoint: Path, history: History, horizon: int) -> dict[str, dict[str, list[float]]]:
    """``Forecast.behaviours`` of the only campaign of `history` that was read."""
    path = behaviours_path(checkpoint)
    if not path.exists():
        return {}
    rows = BehaviourForecaster.load(path, history.dataset).predict(history, horizon)
    return {
        kind: {name: part[name].astype(float).tolist() for name in BEHAVIOUR_VALUES}
        for kind, part in rows.groupby("kind", sort=False)
    }


def _group_rows(forecast: pd.DataFrame) -> list[Row]:
    quantiles = {name: f"participants_{name}" for name in ("p10", "p50", "p90")}
    return [
        {"group": group, "mean": part["mean"].tolist()}
        | {name: part[column].astype(float).tolist() for name, column in quantiles.items()}
        for group, part in forecast.dropna(subset="group").sort_values("ds").groupby("group")
    ]


def model_for(graph: Graph, dataset: str, origin: date | None) -> ModelRun:
    """The latest model whose cut-off is not after `origin`. Raises NotReady if there is none."""
    for run in models(graph, dataset):
        if origin is None or pd.Timestamp(run.cutoff) <= pd.Timestamp(origin):
            return run
    when = f" up to {origin} at the latest" if origin else ""
    raise NotReady(
        f"There is no model of {dataset!r} trained{when}.",
        Remedy("Train one", "train model", cutoff=origin, dataset=dataset),
    )


def network_of_model(graph: Graph, dataset: str, run: ModelRun) -> NetworkRun:
    """The spreading network of a model. Raises NotReady if it no longer exists."""
    for network in networks(graph, dataset):
        if network.id == run.network:
            return network
    cutoff = run.network.rpartition("/")[2]
    raise NotReady(
        f"The spreading network of the model, up to {cutoff}, is being rebuilt or was interrupted.",
        Remedy("Build it", "build network", cutoff=cutoff, dataset=dataset),
    )


def _check_running(campaigns: pd.DataFrame, dataset: str, row: pd.Series, origin: date, step: Step) -> None:
    origin_time = pd.Timestamp(origin)
    running = running_at(campaigns, origin_time)["id"]
    if row["id"] in set(running):
        return
    if row["starts"] >= origin_time:
        raise InvalidRequest(
            f"{row['name']} begins on {step.text(row['starts'])}; a forecast from {step.text(origin)} needs "
            f"at least one {step.name} of it.",
            Remedy("Forecast it before its launch", "plan campaign", campaign=row["id"], dataset=dataset),
        )
    last = step.text(row["ends"] - step.resolution)
    if last == step.text(row["starts"]):
        raise InvalidRequest(
            f"{row['name']} runs on {last} alone; once it has begun, there is no {step.name} left to "
            "forecast.",
            Remedy(
                "Forecast it as a plan, with a later first day (`starts`)",
                "plan campaign",
                campaign=row["id"],
                dataset=dataset,
            ),
        )
    raise InvalidRequest(
        f"{row['name']} runs from {step.text(row['starts'])} to {last}; on {step.text(origin)} there is "
        "nothing to forecast.",
        f"Choose an origin inside its run (with a model trained before it), or a campaign that "
        f"runs then: {', '.join(running) or 'none does'}.",
    )
