"""What would a campaign draw that has not begun?"""

from typing import TYPE_CHECKING

from fastapi import APIRouter

from api import outlooks
from api.deps import ContextDep, DatasetQuery
from graph.importing.adapters.complete_journey import DATASET
from graph.progress import Silent

if TYPE_CHECKING:
    from forecasting.planned import PlannedForecast

router = APIRouter(prefix="/v1/campaigns", tags=["what-if"])


@router.post("/{campaign_id}/plan")
def plan(
    campaign_id: str,
    wish: outlooks.Plan,
    context: ContextDep,
    dataset: DatasetQuery = DATASET,
) -> outlooks.PlanAnswer:
    """Forecast a campaign before its launch, as planned and as you would change it."""
    # torch takes seconds to import; who only reads need not wait for it.
    from forecasting.plans import Change, plan_campaign

    changes = Change(wish.starts, wish.ends, wish.targets).beside_the_plan()
    made = plan_campaign(
        context.graph, context.settings, dataset, campaign_id, changes, Silent(), wish.origin
    )
    told = [
        outlooks.PlanOutlook(
            participants=_planned(one.participants),
            redeemers=_planned(one.redeemers) if one.redeemers else None,
            users=[
                outlooks.PlannedUser(**row)
                for row in one.participants.users.head(wish.top).to_dict("records")
            ],
        )
        for one in made
    ]
    return outlooks.PlanAnswer(
        origin=made[0].origin, model=made[0].model, planned=told[0], changed=told[1] if told[1:] else None
    )


def _planned(made: "PlannedForecast") -> outlooks.PlannedCourse:
    steps = made.steps.to_dict("records")
    return outlooks.PlannedCourse(
        total=outlooks.PlannedTotal(**vars(made.total)),
        steps=[outlooks.PlannedStep(step=row.pop("ds").date(), **row) for row in steps],
    )
