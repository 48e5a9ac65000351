"""Asks when behaviours count where campaigns state a category or a store, which are not their products."""

from graph.importing.inference.campaigns.cells import distinct_values, find_separator, unused_by
from graph.importing.inference.campaigns.segments import TARGETING
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
                if other is not file and len(ids) >= _FEW and _column_with(other, column, ids)
            ]
            if others:
                _ask(draft, file, column, ids, others[0])
                return


def _column_with(file: InspectedFile, column: str, values: set[str]) -> str | None:
    """Return the column of that name of a file that has nearly all these values; None without one."""
    words = [word for word in words_of(column) if word not in TARGETING] or words_of(column)
    same = (name for name in file.names if words_of(name) == words)
    known = (name for name in same if find_separator(values, distinct_values(file, name)) is not None)
    return next(known, None)


def _ask(draft: Draft, file: InspectedFile, column: str, values: set[str], other: InspectedFile) -> None:
    examples = ", ".join(sorted(values)[:_EXAMPLES])
    behaviours = {str(source.settings["files"]) for source in draft.sources if source.table == "behaviours"}
    own = _column_with(other, column, values) if other.name in behaviours else None
    or_map = (
        f"map {own} of {other.name} as `object`, and {file.name} as `promotions` with {column} as `product`; "
        if own
        else ""
    )
    for name, kind in draft.kinds.items():
        if plain(kind).get("counts") != "any":
            continue
        question = Ask(
            f"{file.name} states the {column} of each campaign ({examples}), as {other.name} does for its "
            "rows. A campaign counts by the products that it promotes, so it is not limited to that as long "
            "as `object` of the behaviours is another column. Deliver a file with a row for each campaign "
            f"and product (or user), and run `import init` again; {or_map}or choose whether any behaviour of "
            f"the kind {name} within the window counts (any), or none does (never)",
            ("any", "never"),
        )
        asked = plain(kind) | {"counts": question}
        draft.kinds[name] = Noted(asked, kind.comment) if isinstance(kind, Noted) else asked
