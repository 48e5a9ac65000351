"""Drafts campaigns that orders name: each runs from the first day of its use to the last."""

from typing import Any

from graph.importing.inference.draft import Draft, DraftSource

_SHARED = (
    "files", "encoding", "delimiter", "skip_rows", "multiline", "sheet", "format", "header", "rows", "times",
    "missing", "join",
)  # fmt: skip


def shared_settings(source: DraftSource) -> dict[str, Any]:
    """Return the settings that all sources of the same files have in common."""
    return {name: source.settings[name] for name in _SHARED if name in source.settings}


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
    return DraftSource("campaigns", shared_settings(source) | own, comment)


def add_campaigns(draft: Draft) -> None:
    """Without a table of campaigns, make them of the column that behaviours name them in."""
    if any(source.table == "campaigns" for source in draft.sources):
        return
    comment = "campaigns as the behaviours name them: each runs from the first day of its use to the last"
    draft.sources += [draft_windows(source, column, comment) for source, column in draft.naming]


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
