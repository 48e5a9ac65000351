"""Forecasts plans and serializes the result."""

from typing import TYPE_CHECKING

from api.schemas import forecasts
from graph.connection import Graph
from graph.progress import Progress
from graph.settings import Settings

if TYPE_CHECKING:  # They import torch.
    from forecasting.plans.job import PlanForecast
    from forecasting.plans.plan_forecast import OutcomeForecast


def forecast_plan(
    graph: Graph,
    settings: Settings,
    dataset: str,
    campaign: str,
    request: forecasts.Plan,
    progress: Progress,
) -> forecasts.PlanAnswer:
    """Forecast a campaign as planned and as changed. Raises what ``plan_campaign`` does."""
    # Importing torch takes seconds; reads do not need it.
    from forecasting.plans.job import PlanChange, plan_campaign

    changes = PlanChange(
        request.starts, request.ends, request.targets, request.discount
    ).with_unchanged_plan()
    plans = plan_campaign(graph, settings, dataset, campaign, changes, progress, request.origin)
    answers = [_plan_forecast(plan, request.top) for plan in plans]
    return forecasts.PlanAnswer(
        origin=plans[0].origin,
        model=plans[0].model,
        planned=answers[0],
        changed=answers[1] if len(answers) > 1 else None,
        discount=_discount(plans[-1], request.discount),
    )


def _plan_forecast(forecast: "PlanForecast", top: int) -> forecasts.PlanForecast:
    users = forecast.participants.users.head(top).to_dict("records")
    return forecasts.PlanForecast(
        participants=_outcome_forecast(forecast.participants),
        redeemers=_outcome_forecast(forecast.redeemers) if forecast.redeemers else None,
        users=[forecasts.PlannedUser(**row) for row in users],
    )


def _outcome_forecast(forecast: "OutcomeForecast") -> forecasts.OutcomeForecast:
    steps = forecast.steps.to_dict("records")
    return forecasts.OutcomeForecast(
        total=forecasts.PlannedTotal(**vars(forecast.total)),
        steps=[forecasts.PlannedStep(step=row.pop("ds").date(), **row) for row in steps],
    )


def _discount(forecast: "PlanForecast", depth: float | None) -> forecasts.PlannedDiscount | None:
    if depth is None or forecast.effect is None or forecast.uplift is None:
        return None
    effect = forecast.effect
    return forecasts.PlannedDiscount(
        depth=depth,
        recent_depth=effect.recent_depth,
        products=effect.products,
        deviance_explained=effect.deviance_explained,
        **vars(forecast.uplift),
    )
