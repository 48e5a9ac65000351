"""Drafts the table of coupons of a log of redemptions, without which no redeemed coupon counts."""

from graph.importing.exports.fit import names_of
from graph.importing.inference.draft import Draft, DraftSource, plain

SHARED = (
    "encoding", "delimiter", "skip_rows", "multiline", "sheet", "format", "header", "rows", "times",
    "missing", "join",
)  # fmt: skip
"""Settings that sources of one file have in common."""


def name_coupons(draft: Draft) -> None:
    """Without a table of coupons, and a column of campaigns, each coupon is a campaign of its own."""
    if _has_coupons(draft):
        return
    for source, coupon in draft.redeeming:
        columns = source.settings["columns"]
        if "campaign" not in columns:
            columns["campaign"] = coupon
            draft.naming.append((source, coupon))


def add_coupons(draft: Draft) -> None:
    """Without a table of coupons, make it, and their campaigns, of the rows that redeem them."""
    if _has_coupons(draft):
        return
    for source, coupon in draft.redeeming:
        settings, columns = source.settings, source.settings["columns"]
        campaign = columns["campaign"]
        shared = {"files": settings["files"]} | {name: settings[name] for name in SHARED if name in settings}
        uses = [other for other in draft.sources if "window" in other.settings]
        if not any(
            other.settings["files"] == settings["files"] and other.settings["columns"]["id"] == campaign
            for other in uses
        ):
            made = {"window": "uses", "repeats": "first", "columns": {"id": campaign, "at": columns["at"]}}
            note = "campaigns that only redeemed coupons name: each runs from its first use to the last"
            draft.sources.append(DraftSource("campaigns", shared | made, note))
        where = {column: plain(rule) for column, rule in settings.get("where", {}).items()}
        filtered = {"where": where} if where else {}
        own = {"columns": {"id": coupon, "campaign": campaign}}
        note = f"coupons as they are redeemed, of the campaign in {names_of(campaign)[0]}"
        draft.sources.append(DraftSource("coupons", shared | filtered | own, note))


def redeems_only(draft: Draft, source: DraftSource) -> bool:
    """Return whether all objects of a source are coupons."""
    return any(
        source is other and source.settings["columns"].get("object") == coupon
        for other, coupon in draft.redeeming
    )


def _has_coupons(draft: Draft) -> bool:
    return any(source.table == "coupons" for source in draft.sources)
