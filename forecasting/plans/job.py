"""The planning job: what a campaign that has not begun is to be expected to draw, as planned or changed."""

from dataclasses import dataclass
from datetime import date, timedelta

from forecasting.forecasts import model_for, network_of_model
from forecasting.history.series import History, read_history
from forecasting.klstm.forecaster import KLSTM
from forecasting.plans.discounts import DiscountEffect, Uplift, read_discount_effect
from forecasting.plans.plan_forecast import OutcomeForecast, replanned
from forecasting.records import checkpoint_path, find_campaign, of_redeemers
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.progress import Progress
from graph.settings import Settings


@dataclass(frozen=True)
class PlanChange:
    """What to change of a plan: its first and its last day, whom of those planned to reach, and by what share
    of the regular price its products are cheaper on the shelf.
    """

    starts: date | None = None
    ends: date | None = None
    targets: list[str] | None = None
    discount: float | None = None

    def with_unchanged_plan(self) -> "list[PlanChange]":
        """No change and, unless it is none, this one."""
        return [PlanChange()] if self == PlanChange() else [PlanChange(), self]


@dataclass(frozen=True)
class PlanForecast:
    """What a plan, made known at `origin`, is to be expected to draw; `redeemers` where there are coupons,
    but not with another discount on the shelf: what that does to them is not known. `effect` and `uplift` say
    what goes with the discount.
    """

    origin: date
    model: str
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
    """Forecast a campaign before its launch, by what is known at `origin` (default: the earlier of its first
    day and the latest the data allows), once for each of `changes`.

    Nothing is stored. Raises NotFound, NotReady (no model trained up to `origin`) and InvalidRequest (a
    campaign that has begun, an end too far ahead, users whom it is not planned to reach, a discount of which
    nothing is known).
    """
    dataset = describe_dataset(graph, dataset_id)
    window = find_campaign(graph, dataset_id, campaign)
    origin = dataset.check_cutoff(origin or min(window["starts"].date(), dataset.now))
    run = model_for(graph, dataset_id, origin)
    checkpoint = checkpoint_path(settings, run)
    model, of_coupons = KLSTM.load(checkpoint), None
    if of_redeemers(checkpoint).exists():
        of_coupons = KLSTM.load(of_redeemers(checkpoint))
    network = network_of_model(graph, dataset_id, run)
    known = read_history(graph, dataset_id, network, origin, progress, only=campaign, planned=True)
    found = []
    for change in changes:
        effect = uplift = redeemers = None
        if change.discount is not None:
            effect = read_discount_effect(graph, known, campaign)
            uplift = effect.uplift(change.discount)
        elif of_coupons:
            redeemers = of_coupons.predict_planned(_changed(known.redeemers(), campaign, change), campaign)
        made = model.predict_planned(_changed(known, campaign, change), campaign, uplift)
        found.append(PlanForecast(origin, run.id, made, redeemers, effect, uplift))
    return found


def _changed(history: History, campaign: str, change: PlanChange) -> History:
    after = change.ends + timedelta(days=1) if change.ends else None
    return replanned(history, campaign, change.starts, after, change.targets)
