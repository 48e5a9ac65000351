"""Forecasts plans and serializes the result."""

from typing import TYPE_CHECKING

from api.schemas import plans
from api.schemas.requests import PlanRequest
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
    request: PlanRequest,
    progress: Progress,
) -> plans.PlanResponse:
    """Forecast a campaign as planned and as changed. Raises what ``plan_campaign`` does."""
    # Importing torch takes seconds; reads do not need it.
    from forecasting.plans.job import PlanChange, plan_campaign

    changes = PlanChange(
        request.starts, request.ends, request.targets, request.discount
    ).with_unchanged_plan()
    forecasts = plan_campaign(graph, settings, dataset, campaign, changes, progress, request.origin)
    planned, *changed = [_plan_forecast(forecast, request.top) for forecast in forecasts]
    return plans.PlanResponse(
        origin=forecasts[0].origin,
        model=forecasts[0].model,
        unit=forecasts[0].unit,
        planned=planned,
        changed=changed[0] if changed else None,
        discount=_discount(forecasts[-1], request.discount),
    )


def _plan_forecast(forecast: "PlanForecast", top: int) -> plans.PlanForecast:
    users = forecast.participants.users.head(top).to_dict("records")
    return plans.PlanForecast(
        participants=_outcome_forecast(forecast.participants, forecast.unit),
        redeemers=_outcome_forecast(forecast.redeemers, forecast.unit) if forecast.redeemers else None,
        users=[plans.PlannedUser(**row) for row in users],
    )


def _outcome_forecast(forecast: "OutcomeForecast", unit: str) -> plans.OutcomeForecast:
    moments = forecast.steps["ds"].dt
    steps = forecast.steps.assign(step=moments.to_pydatetime() if unit == "hour" else moments.date)
    return plans.OutcomeForecast(
        total=plans.PlannedTotal(**vars(forecast.total)),
        steps=[plans.PlannedStep(**row) for row in steps.drop(columns="ds").to_dict("records")],
    )


def _discount(forecast: "PlanForecast", depth: float | None) -> plans.PlannedDiscount | None:
    if depth is None or forecast.effect is None or forecast.uplift is None:
        return None
    effect = forecast.effect
    return plans.PlannedDiscount(
        depth=depth,
        recent_depth=effect.recent_depth,
        products=effect.products,
        deviance_explained=effect.deviance_explained,
        **vars(forecast.uplift),
    )
