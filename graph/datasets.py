"""Describes imported data sets and converts between their days and times."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from graph.connection import Graph, Row
from graph.errors import InvalidRequest, NotFound, NotReady
from graph.remedies import Remedy

_IMPORT = Remedy("Import one", "import data")
_UNFINISHED = {"running": "is not finished", "stopped": "stopped", "failed": "failed"}
"""States of imports that can be continued, in words."""


@dataclass(frozen=True)
class Dataset:
    """A data set.

    Attributes
    ----------
    id, import_id
        Its id, and that of its imports, which changes with each of them.
    zone
        Its time zone.
    first_day, last_day
        The days that its behaviours cover; the last one is complete.
    reason
        Why `last_day` is not the day of the last behaviour; None if it is.
    country
        The country that its mapping states for holidays: a code, or "none"; None for that of the zone.
    complete_until
        The end that its mapping states, a day or a moment; None if it states none.
    """

    id: str
    import_id: str
    zone: str
    first_day: date
    last_day: date
    reason: str | None = None
    country: str | None = None
    complete_until: str | None = None

    @property
    def end(self) -> date:
        """The first day after the data; behaviours from then on are incomplete, or stray."""
        return self.last_day + timedelta(days=1)

    @property
    def end_moment(self) -> datetime:
        """The moment of local time until which the data is complete, within the day `end`.

        It is that day's first moment, unless the mapping states a later one.
        """
        midnight = datetime.combine(self.end, time())
        stated = datetime.fromisoformat(self.complete_until) if self.complete_until else midnight
        if stated.tzinfo is not None:
            stated = stated.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return stated if midnight < stated < midnight + timedelta(days=1) else midnight

    def moment(self, day: date) -> str:
        """Return the first moment of `day`, or a moment of local time, as text for Cypher's datetime().

        Not as a zoned datetime: the driver passes its own DateTime type to zoneinfo, whose C implementation
        in CPython 3.11 occasionally crashes on it.
        """
        at = day if isinstance(day, datetime) else datetime.combine(day, time())
        return f"{at.isoformat(timespec='seconds')}[{self.zone}]"

    def check_cutoff(self, cutoff: date) -> date:
        """Return `cutoff`, a day or a moment of local time.

        Raises InvalidRequest where it is not within the data or, of a day, the day after.
        """
        if isinstance(cutoff, datetime):
            if not datetime.combine(self.first_day, time()) < cutoff <= self.end_moment:
                raise InvalidRequest(
                    f"The origin {cutoff:%Y-%m-%d %H:%M} is outside the data set {self.id!r}.",
                    f"Its behaviours are complete from {self.first_day} to "
                    f"{self.end_moment:%Y-%m-%d %H:%M}: choose a moment between. The mapping's "
                    "`complete_until` can state a later end.",
                )
            return cutoff
        if not self.first_day < cutoff <= self.end:
            raise InvalidRequest(
                f"The cut-off {cutoff} is outside the data set {self.id!r}.",
                f"Its behaviours are from {self.first_day} to {self.last_day}: choose a day after "
                f"{self.first_day}, {self.end} at the latest.",
            )
        return cutoff


def seconds_of(day: date, zone: str) -> float:
    """Return the first moment of `day` in seconds since the epoch."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp()


def day_of(seconds: float, zone: str) -> date:
    """Return the day of a time in seconds since the epoch."""
    return datetime.fromtimestamp(seconds, ZoneInfo(zone)).date()


def datasets(graph: Graph) -> list[Row]:
    """Return the rows of ``runs/datasets`` with `first`, `last`, `last_reason` and `zone`.

    These are None before an import; for `last_reason` see ``Dataset.reason``.
    """
    described = []
    for row in graph.run("runs/datasets"):
        spans = graph.run("runs/dataset", dataset=row["dataset"])
        span = spans[0] if spans else dict.fromkeys(("first", "last", "reason", "zone"))
        days = {"first": span["first"], "last": span["last"], "last_reason": span["reason"]}
        described.append({**row, **days, "zone": span["zone"]})
    return described


def imported_datasets(graph: Graph) -> list[str]:
    """Return the ids of data sets with a complete import, the most recently imported first."""
    rows = graph.run("server/freshness")
    return [row["dataset"] for row in sorted(rows, key=lambda row: -row["imported"])]


def check_dataset(graph: Graph, dataset: str) -> str:
    """Return `dataset`. Raises NotFound, with the ids there are, unless an import of that id exists."""
    present = [row["dataset"] for row in graph.run("runs/dataset_ids")]
    if dataset in present:
        return dataset
    problem = f"There is no data set {dataset!r} in this database."
    if not present:
        raise NotFound(problem, _IMPORT)
    raise NotFound(problem, f"Its data sets are {', '.join(present)}.")


def describe_dataset(graph: Graph, dataset: str) -> Dataset:
    """Describe a data set.

    Raises
    ------
    NotFound
        There is no data set of that id.
    NotReady
        It has no behaviours of a complete import yet, and so no days.
    """
    rows = graph.run("runs/dataset", dataset=dataset)
    if not rows:
        check_dataset(graph, dataset)
        raise _no_behaviours(graph, dataset)
    row = rows[0]
    first, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
    state = (row["reason"], row["country"], row["complete_until"])
    return Dataset(dataset, row["import"], row["zone"], first, last, *state)


def _no_behaviours(graph: Graph, dataset: str) -> NotReady:
    """Return why a data set has no days: no import loaded behaviours, or none that did is complete."""
    jobs = graph.run("importing/jobs", dataset=dataset)
    job = next((job for job in jobs if job["state"] in _UNFINISHED and job["loaded"]), None)
    if job is None:
        return NotReady(
            f"The data set {dataset!r} has no behaviours yet.",
            Remedy("Import files with behaviours into it", "import data"),
        )
    return NotReady(
        f"The data set {dataset!r} has no complete import with behaviours: import/{job['number']} "
        f"{_UNFINISHED[job['state']]}, and the {job['loaded']:,} rows that it loaded count once it is "
        "complete.",
        Remedy("See why, and run the same import again to continue it", "list imports"),
    )


def resolve_dataset(graph: Graph, requested: str | None = None) -> str:
    """Choose the data set for a command or request.

    Parameters
    ----------
    graph
        The database; its `default_dataset` comes from ``GROUNDSWELL_DATASET``.
    requested
        The data set that the caller names, if any.

    Returns
    -------
    str
        `requested`, else the setting, else the only data set with a complete import.

    Raises
    ------
    NotFound
        The database does not hold the data set that is named, or none at all.
    InvalidRequest
        None is named and the database holds several.
    """
    if named := requested or graph.default_dataset:
        return check_dataset(graph, named)
    present = imported_datasets(graph)
    if not present:
        raise NotFound("This database holds no data set.", _IMPORT)
    if len(present) > 1:
        raise InvalidRequest(
            f"This database holds several data sets: {', '.join(sorted(present))}.",
            Remedy("Set GROUNDSWELL_DATASET, or name one", "name data set"),
        )
    return present[0]
