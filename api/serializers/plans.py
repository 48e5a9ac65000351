"""How a plan is told: what would a campaign draw that has not begun?"""

from typing import TYPE_CHECKING

from api.schemas import forecasts
from graph.connection import Graph
from graph.progress import Progress
from graph.settings import Settings

if TYPE_CHECKING:  # They import torch.
    from forecasting.plans.job import PlanForecast
    from forecasting.plans.plan_forecast import OutcomeForecast


def planned(
    graph: Graph,
    settings: Settings,
    dataset: str,
    campaign: str,
    wish: forecasts.Plan,
    progress: Progress,
) -> forecasts.PlanAnswer:
    """As planned, and as wished. Raises what ``plan_campaign`` does."""
    # torch takes seconds to import; who only reads need not wait for it.
    from forecasting.plans.job import PlanChange, plan_campaign

    changes = PlanChange(wish.starts, wish.ends, wish.targets, wish.discount).with_unchanged_plan()
    made = plan_campaign(graph, settings, dataset, campaign, changes, progress, wish.origin)
    told = [_plan_forecast(one, wish.top) for one in made]
    return forecasts.PlanAnswer(
        origin=made[0].origin,
        model=made[0].model,
        planned=told[0],
        changed=told[1] if told[1:] else None,
        discount=_discount(made[-1], wish.discount),
    )


def _plan_forecast(made: "PlanForecast", top: int) -> forecasts.PlanForecast:
    users = made.participants.users.head(top).to_dict("records")
    return forecasts.PlanForecast(
        participants=_outcome_forecast(made.participants),
        redeemers=_outcome_forecast(made.redeemers) if made.redeemers else None,
        users=[forecasts.PlannedUser(**row) for row in users],
    )


def _outcome_forecast(made: "OutcomeForecast") -> forecasts.OutcomeForecast:
    steps = made.steps.to_dict("records")
    return forecasts.OutcomeForecast(
        total=forecasts.PlannedTotal(**vars(made.total)),
        steps=[forecasts.PlannedStep(step=row.pop("ds").date(), **row) for row in steps],
    )


def _discount(made: "PlanForecast", asked: float | None) -> forecasts.PlannedDiscount | None:
    if asked is None or made.effect is None or made.uplift is None:
        return None
    effect = made.effect
    return forecasts.PlannedDiscount(
        depth=asked,
        recent_depth=effect.recent_depth,
        products=effect.products,
        deviance_explained=effect.deviance_explained,
        **vars(made.uplift),
    )
