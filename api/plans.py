"""How a plan is told: what would a campaign draw that has not begun?"""

from typing import TYPE_CHECKING

from api import outlooks
from graph.connection import Graph
from graph.progress import Progress
from graph.settings import Settings

if TYPE_CHECKING:  # They import torch.
    from forecasting.planned import PlannedForecast
    from forecasting.plans import Outlook


def planned(
    graph: Graph,
    settings: Settings,
    dataset: str,
    campaign: str,
    wish: outlooks.Plan,
    progress: Progress,
) -> outlooks.PlanAnswer:
    """As planned, and as wished. Raises what ``plan_campaign`` does."""
    # torch takes seconds to import; who only reads need not wait for it.
    from forecasting.plans import Change, plan_campaign

    changes = Change(wish.starts, wish.ends, wish.targets, wish.discount).beside_the_plan()
    made = plan_campaign(graph, settings, dataset, campaign, changes, progress, wish.origin)
    told = [_outlook(one, wish.top) for one in made]
    return outlooks.PlanAnswer(
        origin=made[0].origin,
        model=made[0].model,
        planned=told[0],
        changed=told[1] if told[1:] else None,
        discount=_discount(made[-1], wish.discount),
    )


def _outlook(made: "Outlook", top: int) -> outlooks.PlanOutlook:
    users = made.participants.users.head(top).to_dict("records")
    return outlooks.PlanOutlook(
        participants=_course(made.participants),
        redeemers=_course(made.redeemers) if made.redeemers else None,
        users=[outlooks.PlannedUser(**row) for row in users],
    )


def _course(made: "PlannedForecast") -> outlooks.PlannedCourse:
    steps = made.steps.to_dict("records")
    return outlooks.PlannedCourse(
        total=outlooks.PlannedTotal(**vars(made.total)),
        steps=[outlooks.PlannedStep(step=row.pop("ds").date(), **row) for row in steps],
    )


def _discount(made: "Outlook", asked: float | None) -> outlooks.PlannedDiscount | None:
    if asked is None or made.effect is None or made.lift is None:
        return None
    effect = made.effect
    return outlooks.PlannedDiscount(
        asked=asked, lately=effect.lately, products=effect.products, told=effect.told, **vars(made.lift)
    )
