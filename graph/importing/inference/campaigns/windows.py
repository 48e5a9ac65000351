"""Drafts campaigns that orders name: each runs from the first day of its use to the last."""

from typing import Any

from graph.importing.inference.draft import Ask, Draft, DraftSource, question_of
from graph.importing.mapping.formats import as_list


def draft_windows(source: DraftSource, column: Any, comment: str, **settings: Any) -> DraftSource:
    """Return the source of the campaigns that behaviours name.

    Parameters
    ----------
    source, column
        The source of the behaviours, and its column with the names.
    comment
        The comment above the new source.
    **settings
        Further settings of it.
    """
    columns = {"id": column, "at": source.settings["columns"]["at"]}
    own = {"window": "uses", **settings, "columns": columns}
    return DraftSource("campaigns", source.shared_settings | own, comment)


def add_campaigns(draft: Draft) -> None:
    """Without a table of campaigns, make them of the column that behaviours name them in."""
    if any(source.table == "campaigns" for source in draft.sources):
        return
    comment = "campaigns as the behaviours name them: each runs from the first day of its use to the last"
    for source, column in draft.campaign_columns:
        rule = draft.campaign_rules.get(column)
        own = {"where": {column: rule}} if rule else {}
        draft.sources.append(draft_windows(source, column, comment, **own))
    sent = [
        source
        for source in draft.sources
        if source.table == "targetings" and _is_stated(source, "at") and _is_stated(source, "campaign")
    ]
    if not draft.campaign_columns:
        draft.sources += [_sent_campaigns(source) for source in sent[:1]]


def _is_stated(source: DraftSource, field: str) -> bool:
    """Return whether a source has a column of a field, and no question in its place."""
    column = source.settings["columns"].get(field)
    return column is not None and question_of(column) is None


def _sent_campaigns(targetings: DraftSource) -> DraftSource:
    """Return the source of campaigns that nothing but their sending states: their end is a question."""
    column = targetings.settings["columns"]["campaign"]
    files = " and ".join(map(str, as_list(targetings.settings["files"])))
    days = Ask(
        f"{files} states when each campaign was sent, and no file how long one runs. How many days does a "
        "campaign run from its start?"
    )
    comment = f"campaigns as {files} has them: each starts when it was first sent"
    return draft_windows(targetings, column, comment, duration_days=days)


def prefer_own_campaigns(draft: Draft) -> None:
    """Read tables of campaigns before orders that name some: the dates of a table hold."""
    windows = [source for source in draft.sources if source.has_windows]
    tables = [source for source in draft.sources if source.table == "campaigns" and not source.has_windows]
    if not tables:
        return
    for source in windows:
        draft.sources.remove(source)
        source.settings["repeats"] = "first"
    draft.sources += windows
