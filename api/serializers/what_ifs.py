"""Simulates what-ifs and serializes the result."""

from api.schemas import forecasts
from forecasting.records import network_of
from graph.connection import Graph


def simulate_what_if(
    graph: Graph, dataset: str, campaign: str, request: forecasts.WhatIf
) -> forecasts.WhatIfAnswer:
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
    return forecasts.WhatIfAnswer(
        network=run.id,
        influence_verdict=run.influence_test.verdict,
        seeds=[forecasts.Seed(**row) for row in chosen]
        or [forecasts.Seed(user=user) for user in spread.seeds],
        days=[forecasts.SpreadDay(**row) for row in spread.days.to_dict("records")],
        total=forecasts.Total(**vars(spread.total)),
    )
