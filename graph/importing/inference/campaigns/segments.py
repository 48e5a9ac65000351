"""Campaigns that state a segment of users: they may target the users of that segment, which is a question."""

from graph.importing.inference.campaigns.cells import unused_by
from graph.importing.inference.draft import Ask, Draft, DraftSource, plain
from graph.importing.inference.files.inspected_file import InspectedFile, index_by_name
from graph.importing.mapping.source import JOIN_SETTINGS
from graph.importing.vocabulary.names import words_of

TARGETING = {"target", "targeted", "targeting", "audience", "recipient", "ziel", "zielgruppe", "for"}
"""Words that a column of campaigns has before the name of a column of users."""
_FEW = 2
"""Different values that both columns have, for it not to be chance."""
_SHOWN = 3


def draft_segments(draft: Draft, files: list[InspectedFile]) -> Ask | None:
    """Make targetings of the users whose segment a campaign states, and return the question of them.

    Each segment is that of one campaign: a row finds no second partner.

    Returns
    -------
    Ask or None
        The question for `targeted` of the mapping; None where nothing states a segment.
    """
    if draft.participation is not None or any(source.table == "targetings" for source in draft.sources):
        return None
    by_name = index_by_name(files)
    for campaigns in draft.sources:
        file = by_name.get(str(campaigns.settings["files"]))
        if campaigns.table != "campaigns" or campaigns.has_windows or file is None:
            continue
        for users in [source for source in draft.sources if source.table == "users"]:
            of_users = by_name.get(str(users.settings["files"]))
            pair = _segments(campaigns, file, of_users) if of_users else None
            if of_users and pair and (question := _draft(draft, campaigns, file, users, of_users, *pair)):
                return question
    return None


def _segments(campaigns: DraftSource, file: InspectedFile, of_users: InspectedFile) -> tuple[str, str] | None:
    """Return the column of campaigns and that of users with the same segments."""
    for column in unused_by(campaigns, file):
        words = [word for word in words_of(column) if word not in TARGETING]
        for own in of_users.names:
            if words and words_of(own) == words and own not in of_users.times:
                values, known = set(file.distinct([column])[column]), set(of_users.distinct([own])[own])
                if len(values) >= _FEW and values <= known:
                    return column, own
    return None


def _draft(
    draft: Draft,
    campaigns: DraftSource,
    file: InspectedFile,
    users: DraftSource,
    of_users: InspectedFile,
    column: str,
    own: str,
) -> Ask | None:
    """Add the targetings, and return the question whether they hold; None where no join states them."""
    values = [value for frame in file.frames([column]) for value in frame[column] if value]
    key, user = campaigns.settings["columns"].get("id"), users.settings["columns"].get("id")
    reading = {name: plain(campaigns.settings[name]) for name in JOIN_SETTINGS if name in campaigns.settings}
    asked = any(isinstance(part, Ask) for part in reading.values())
    if len(set(values)) < len(values) or asked or not (isinstance(key, str) and isinstance(user, str)):
        return None
    join = [{"files": file.name, **reading, "on": {own: column}}]
    columns = {"user": user, "campaign": f"{file.name}:{key}"}
    comment = f"users whose {own} is the {column} of a campaign; see `targeted` under `participation`"
    draft.sources.append(
        DraftSource("targetings", users.shared_settings | {"join": join, "columns": columns}, comment)
    )
    shown = ", ".join(sorted(set(values))[:_SHOWN])
    return Ask(
        f"{file.name} states the {column} of each campaign ({shown}), and {of_users.name} the {own} of its "
        "users. Do campaigns target the users of that alone (mixed), or can anyone take part (false)?",
        ("mixed", "false"),
    )
