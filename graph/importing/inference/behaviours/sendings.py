"""Makes targetings of events by which a campaign was sent or delivered to a user."""

from graph.importing.inference.behaviours.scan import Scan
from graph.importing.inference.draft import Draft, DraftSource, Noted, SendingLog, plain, question_of
from graph.importing.vocabulary.message_logs import CHANNELS, DELIVERED, SENT, UNDELIVERED
from graph.importing.vocabulary.names import simplify


def sending_log(source: DraftSource, scan: Scan, objects: dict[str, str]) -> SendingLog | None:
    """Return which kinds of behaviours of a file state whom campaigns reached; None where none does.

    Of deliveries and sendings, the deliveries do.

    Parameters
    ----------
    source, scan
        The source of the file, and what its rows tell.
    objects
        The kind of object by kind of behaviour.
    """
    of_campaigns = [kind for kind, entity in objects.items() if kind and entity == "campaign"]
    events = {kind: _without_channel(kind) for kind in of_campaigns}
    kinds = [kind for kind in events if events[kind] in DELIVERED]
    kinds = kinds or [kind for kind in events if events[kind] in SENT]
    failed = [kind for kind in events if events[kind] in UNDELIVERED]
    if not kinds or "kind" not in source.settings["columns"]:
        return None
    rows = ({kind: scan.kinds[kind] for kind in part} for part in (kinds, failed))
    return SendingLog(source, scan.objects["campaign"], *rows)


def _without_channel(kind: str) -> str:
    first, _, rest = simplify(kind).partition("_")
    return rest if first in CHANNELS and rest else simplify(kind)


def add_sendings(draft: Draft) -> None:
    """Without another table of target users, make it of the events by which campaigns were sent to users."""
    if any(source.table == "targetings" for source in draft.sources):
        return
    for log in draft.sending_logs:
        settings, columns = log.source.settings, log.source.settings["columns"]
        own = {"user": columns["user"], "campaign": log.campaign, "at": columns.get("at")}
        event = columns["kind"]
        if not isinstance(event, str) or None in own.values() or any(map(question_of, own.values())):
            continue  # Inferred again with the answer.
        shown = ", ".join(f"{kind} {rows:,}" for kind, rows in log.kinds.items())
        rule = Noted(list(log.kinds), f"{shown} rows: the campaign reached these users")
        where = {name: plain(part) for name, part in settings.get("where", {}).items() if name != event}
        comment = f"whom campaigns reached, by {event}"
        if log.failed and not any(_without_channel(kind) in DELIVERED for kind in log.kinds):
            failed = ", ".join(f"{kind} {rows:,}" for kind, rows in log.failed.items())
            comment += f"; those of {failed} are among them: the log has no rows of deliveries"
        added = {"where": {event: rule, **where}, "columns": own}
        draft.sources.append(DraftSource("targetings", log.source.shared_settings | added, comment))
