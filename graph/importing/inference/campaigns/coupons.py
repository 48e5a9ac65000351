"""Drafts the table of coupons of a log of redemptions, without which no redeemed coupon counts."""

from graph.importing.exports.fit import names_of
from graph.importing.inference.campaigns.windows import draft_windows
from graph.importing.inference.draft import Draft, DraftSource, plain


def name_coupons(draft: Draft) -> None:
    """Without a table of coupons, and a column of campaigns, each coupon is a campaign of its own."""
    if _has_coupons(draft):
        return
    for source, coupon in draft.coupon_columns:
        columns = source.settings["columns"]
        if "campaign" not in columns:
            columns["campaign"] = coupon
            draft.campaign_columns.append((source, coupon))


def add_coupons(draft: Draft) -> None:
    """Without a table of coupons, make it, and their campaigns, of the rows that redeem them."""
    if _has_coupons(draft):
        return
    for source, coupon in draft.coupon_columns:
        if "campaign" not in source.settings["columns"]:
            continue  # Codes of single use.
        settings, columns = source.settings, source.settings["columns"]
        campaign = columns["campaign"]
        windows = [other.settings for other in draft.sources if other.has_windows]
        if not any(
            other["files"] == settings["files"] and other["columns"]["id"] == campaign for other in windows
        ):
            note = "campaigns that only redeemed coupons name: each runs from its first use to the last"
            draft.sources.append(draft_windows(source, campaign, note, repeats="first"))
        where = {column: plain(rule) for column, rule in settings.get("where", {}).items()}
        filtered = {"where": where} if where else {}
        own = {"columns": {"id": coupon, "campaign": campaign}}
        note = f"coupons as they are redeemed, of the campaign in {names_of(campaign)[0]}"
        draft.sources.append(DraftSource("coupons", source.shared_settings | filtered | own, note))


def redeems_only(draft: Draft, source: DraftSource) -> bool:
    """Return whether all objects of a source are coupons."""
    return any(
        source is other and source.settings["columns"].get("object") == coupon
        for other, coupon in draft.coupon_columns
    )


def _has_coupons(draft: Draft) -> bool:
    return any(source.table == "coupons" for source in draft.sources)
