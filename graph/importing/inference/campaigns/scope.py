"""Asks when behaviours count where campaigns state a category or a store, which no mapping can express."""

from graph.importing.inference.campaigns.cells import distinct_values, find_separator, unused_by
from graph.importing.inference.draft import Ask, Draft, Noted, plain
from graph.importing.inference.files.inspected_file import InspectedFile, index_by_name
from graph.importing.vocabulary.names import words_of

_FEW = 2
"""Different ids that a column must have for it not to be chance."""
_EXAMPLES = 3


def ask_about_scope(draft: Draft, files: list[InspectedFile]) -> None:
    """Ask when behaviours count where campaigns state a category, a store or the like, as other files do."""
    by_name = index_by_name(files)
    for source in draft.sources:
        file = by_name.get(str(source.settings["files"]))
        if source.table != "campaigns" or file is None or source.has_windows:
            continue
        for column in unused_by(source, file):
            ids = distinct_values(file, column)
            others = [
                other
                for other in by_name.values()
                if other is not file and len(ids) >= _FEW and _has_column_with(other, column, ids)
            ]
            if others:
                _ask(draft, file, column, ids, others[0])
                return


def _has_column_with(file: InspectedFile, column: str, values: set[str]) -> bool:
    """Return whether a file has a column of that name with nearly all these values."""
    same = [name for name in file.names if words_of(name) == words_of(column)]
    return any(find_separator(values, distinct_values(file, name)) is not None for name in same)


def _ask(draft: Draft, file: InspectedFile, column: str, values: set[str], other: InspectedFile) -> None:
    examples = ", ".join(sorted(values)[:_EXAMPLES])
    for name, kind in draft.kinds.items():
        if plain(kind).get("counts") != "any":
            continue
        question = Ask(
            f"{file.name} states the {column} of each campaign ({examples}), as {other.name} does for its "
            "rows, and no mapping limits a campaign to that. Deliver a file with a row for each campaign and "
            "product (or user), and run `import init` again; or choose whether any behaviour of the kind "
            f"{name} within the window counts (any), or none does (never)",
            ("any", "never"),
        )
        asked = plain(kind) | {"counts": question}
        draft.kinds[name] = Noted(asked, kind.comment) if isinstance(kind, Noted) else asked
