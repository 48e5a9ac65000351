"""Leaves recipients out whom a mail or message did not reach: they were not targeted."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from graph.importing.inference.draft import Noted
from graph.importing.inference.files.column_values import count_values
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.vocabulary.names import simplify

_MOST_STATUSES = 20
_UNDELIVERED = {
    "bounce", "bounced", "hard_bounce", "hard_bounced", "soft_bounce", "soft_bounced", "undelivered",
    "undeliverable", "not_delivered", "not_sent", "delivery_failed", "send_failed", "suppressed",
    "unzustellbar", "nicht_zugestellt", "zustellung_fehlgeschlagen", "退信", "未送达",
}  # fmt: skip


def undelivered(file: InspectedFile, names: Iterable[str]) -> dict[str, Any]:
    """Return the rule that leaves out rows with a status like `bounced`; empty if no column has one.

    Parameters
    ----------
    file
        A table of recipients.
    names
        Columns without another use.
    """
    for name in names:
        if len(set(file.values[name])) > _MOST_STATUSES:
            continue
        counts = sum((count_values(frame[name]) for frame in file.frames([name])), Counter[str]())
        failed = [status for status in counts if simplify(status) in _UNDELIVERED]
        if failed and len(failed) < len(counts) <= _MOST_STATUSES:
            rows = sum(counts[status] for status in failed)
            return {name: Noted({"is_not": failed}, f"leaves out {rows:,} rows that reached nobody")}
    return {}
