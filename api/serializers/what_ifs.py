"""How a what-if is told: how far would these users carry a campaign?"""

from api.schemas import forecasts
from forecasting.records import network_of
from graph.connection import Graph


def carried(graph: Graph, dataset: str, campaign: str, wish: forecasts.WhatIf) -> forecasts.WhatIfAnswer:
    """Seeds chosen on the terms wished for, or named, and how far they carry. Raises NotFound, NotReady, and
    InvalidRequest for terms that cannot be met.
    """
    # numba takes seconds to import; who only reads need not wait for it.
    from network.what_if import CampaignReach, SeedRequest

    run = network_of(graph, dataset, campaign)
    reach = CampaignReach(graph, dataset, campaign, run, wish.fair)
    chosen = []
    if wish.seeds is None:
        terms = wish.model_dump(exclude={"seeds", "days"})
        chosen = reach.choose(SeedRequest(**terms)).to_dict("records")
    made = reach.spread(wish.seeds or [row["user"] for row in chosen], wish.days)
    return forecasts.WhatIfAnswer(
        network=run.id,
        influence_verdict=run.influence_test.verdict,
        seeds=[forecasts.Seed(**row) for row in chosen] or [forecasts.Seed(user=user) for user in made.seeds],
        days=[forecasts.SpreadDay(**row) for row in made.days.to_dict("records")],
        total=forecasts.Total(**vars(made.total)),
    )
