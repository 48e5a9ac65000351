"""What if a campaign began with these users?"""

from fastapi import APIRouter

from api import outlooks
from api.deps import DatasetQuery, GraphDep, network_of
from graph.importing.adapters.complete_journey import DATASET

router = APIRouter(prefix="/v1/campaigns", tags=["what-if"])


@router.post("/{campaign_id}/what-if")
def what_if(
    campaign_id: str, wish: outlooks.WhatIf, graph: GraphDep, dataset: DatasetQuery = DATASET
) -> outlooks.WhatIfAnswer:
    """Choose seeds on your terms (or name them), and see how far they would carry, day by day."""
    # numba takes seconds to import; who only reads need not wait for it.
    from graph.network.what_if import CampaignReach, Wish

    run = network_of(graph, dataset, campaign_id)
    reach = CampaignReach(graph, dataset, campaign_id, run, wish.fair)
    chosen = []
    if wish.seeds is None:
        terms = wish.model_dump(exclude={"seeds", "days"})
        chosen = reach.choose(Wish(**terms)).to_dict("records")
    made = reach.spread(wish.seeds or [row["user"] for row in chosen], wish.days)
    return outlooks.WhatIfAnswer(
        network=run.id,
        premise=run.premise.verdict,
        seeds=[outlooks.Seed(**row) for row in chosen] or [outlooks.Seed(user=user) for user in made.seeds],
        days=[outlooks.SpreadDay(**row) for row in made.days.to_dict("records")],
        total=outlooks.Total(**vars(made.total)),
    )
