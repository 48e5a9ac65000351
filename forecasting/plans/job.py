"""The planning job: forecast a campaign before its launch, as planned or with changes."""

from dataclasses import dataclass
from datetime import date, timedelta

from forecasting.forecasts import model_for, network_of_model
from forecasting.history.history import History
from forecasting.history.read_history import read_history
from forecasting.history.time_step import DAY, step_named
from forecasting.klstm.forecaster import KLSTM
from forecasting.plans.discounts import DiscountEffect, Uplift, read_discount_effect
from forecasting.plans.plan_forecast import OutcomeForecast, with_changed_plan
from forecasting.records import checkpoint_path, find_campaign, redeemers_path
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest
from graph.progress import Progress
from graph.remedies import Remedy
from graph.settings import Settings


@dataclass(frozen=True)
class PlanChange:
    """Changes of a plan; None leaves a part as it is.

    Attributes
    ----------
    starts, ends
        First and last day.
    targets
        The users to reach, a subset of the planned ones.
    discount
        Share of the regular price by which its products are cheaper on the shelf.
    """

    starts: date | None = None
    ends: date | None = None
    targets: list[str] | None = None
    discount: float | None = None

    def with_unchanged_plan(self) -> "list[PlanChange]":
        """The unchanged plan, followed by this change if it changes anything."""
        return [PlanChange()] if self == PlanChange() else [PlanChange(), self]


@dataclass(frozen=True)
class PlanForecast:
    """Forecast of a planned campaign.

    Attributes
    ----------
    origin
        The forecast uses data before this day.
    model
        Id of the model.
    unit
        Name of its time step.
    participants
        Forecast of participants.
    redeemers
        Forecast of redeemers; None without coupons, and with a changed discount, whose effect on redeemers is
        unknown.
    effect, uplift
        Estimated effect of discounts, and that of this one; None without a discount.
    """

    origin: date
    model: str
    unit: str
    participants: OutcomeForecast
    redeemers: OutcomeForecast | None
    effect: DiscountEffect | None = None
    uplift: Uplift | None = None


def plan_campaign(
    graph: Graph,
    settings: Settings,
    dataset_id: str,
    campaign: str,
    changes: list[PlanChange],
    progress: Progress,
    origin: date | None = None,
) -> list[PlanForecast]:
    """Forecast a campaign before its launch, once for each of `changes`; nothing is stored.

    `origin` defaults to the first day of the campaign, or the end of the data if that is earlier.

    Raises
    ------
    NotFound
        For an unknown data set or campaign.
    NotReady
        If no model was trained up to `origin`.
    InvalidRequest
        For a campaign that has begun, an end too far ahead, users that are not planned, or a discount whose
        effect cannot be estimated.
    """
    dataset = describe_dataset(graph, dataset_id)
    row = find_campaign(graph, dataset_id, campaign)
    origin = dataset.check_cutoff(origin or min(row["starts"].date(), dataset.end))
    run = model_for(graph, dataset_id, origin)
    checkpoint = checkpoint_path(settings, run)
    model, redeemer_model = KLSTM.load(checkpoint), None
    if redeemers_path(checkpoint).exists():
        redeemer_model = KLSTM.load(redeemers_path(checkpoint))
    network = network_of_model(graph, dataset_id, run)
    step = step_named(run.step)
    history = read_history(
        graph, dataset_id, network, origin, progress, only=campaign, planned=True, step=step
    )
    forecasts = []
    for change in changes:
        effect = uplift = redeemers = None
        if change.discount is not None:
            if step != DAY:
                raise InvalidRequest(
                    f"The effect of a discount is estimated by day, and the model counts in {step.name}s.",
                    Remedy(
                        "Plan without a discount, or train a model by day",
                        "train model",
                        step="day",
                        dataset=dataset_id,
                    ),
                )
            effect = read_discount_effect(graph, history, campaign)
            uplift = effect.uplift(change.discount)
        elif redeemer_model:
            redeemers = redeemer_model.predict_planned(
                _with_change(history.redeemers(), campaign, change), campaign
            )
        participants = model.predict_planned(_with_change(history, campaign, change), campaign, uplift)
        forecasts.append(PlanForecast(origin, run.id, step.name, participants, redeemers, effect, uplift))
    return forecasts


def _with_change(history: History, campaign: str, change: PlanChange) -> History:
    after = change.ends + timedelta(days=1) if change.ends else None
    return with_changed_plan(history, campaign, change.starts, after, change.targets)
