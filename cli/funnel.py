"""`groundswell funnel`: how many users showed each kind of behaviour in a campaign."""

from cli.options import CampaignArgument, DatasetOption, HomeOption, JsonOption


def funnel(
    campaign: CampaignArgument,
    home: HomeOption = None,
    dataset: DatasetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how many users viewed, ordered, bought, ... in a campaign, and how many of each went on."""
    from rich.table import Table

    from cli.backend import open_backend
    from cli.console import out, print_json

    with open_backend(home) as backend:
        stages = backend.funnel(campaign, backend.resolve_dataset(dataset))
    if as_json:
        print_json(stages)
        return
    if not stages:
        out.print(f"No behaviour belongs to campaign {campaign}.", highlight=False)
        return
    table = Table("behaviour", "users", "of the stage before", "counts as participation")
    for stage in stages:
        share = "" if stage.of_previous is None else f"{stage.of_previous:.1%}"
        table.add_row(stage.behaviour, f"{stage.users:,}", share, "yes" if stage.counts else "no")
    out.print(table)
    out.print(
        "Users with such a behaviour in the campaign's window. Of kinds that do not count as participation, "
        "those of its target users with its products or coupons, or that name it, belong to it; all of them "
        "if it promotes no products. If it is open to all, those with it, its products or coupons do. "
        "Observational: this does not show that one stage leads to the next."
    )
