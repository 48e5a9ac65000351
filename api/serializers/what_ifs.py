"""Simulates what-ifs and serializes the result."""

from api.schemas.requests import WhatIfRequest
from api.schemas.what_ifs import Seed, SpreadDay, SpreadTotal, WhatIfResponse
from forecasting.records import network_of
from graph.connection import Graph


def simulate_what_if(graph: Graph, dataset: str, campaign: str, request: WhatIfRequest) -> WhatIfResponse:
    """Choose seeds, unless the request names them, and simulate their spread.

    Raises NotFound, NotReady, and InvalidRequest for constraints that cannot be met.
    """
    # Importing numba takes seconds; reads do not need it.
    from network.what_if import CampaignReach, SeedRequest

    run = network_of(graph, dataset, campaign)
    reach = CampaignReach(graph, dataset, campaign, run, request.fair)
    chosen = []
    if request.seeds is None:
        constraints = request.model_dump(exclude={"seeds", "days"})
        chosen = reach.choose(SeedRequest(**constraints)).to_dict("records")
    spread = reach.spread(request.seeds or [row["user"] for row in chosen], request.days)
    return WhatIfResponse(
        network=run.id,
        influence_verdict=run.influence_test.verdict,
        seeds=[Seed(**row) for row in chosen] or [Seed(user=user) for user in spread.seeds],
        days=[SpreadDay(**row) for row in spread.days.to_dict("records")],
        total=SpreadTotal(**vars(spread.total)),
    )
