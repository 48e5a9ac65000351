"""Which part of a neighbour group's activity the data covers."""

from datetime import date, timedelta


def observed_counts(
    counts: list[int], step_days: int, starts: date, ends: date, first_day: date, until: date
) -> list[int | None]:
    """The counts of a campaign's steps, without those that are not known.

    A count of zero means that nobody was active. A step that the data covers only in part, or not at all,
    has no count.

    Parameters
    ----------
    counts
        One for each step from the campaign's first day on.
    step_days
        The length of a step in days.
    starts, ends
        The campaign's first day, and the day after its last.
    first_day, until
        The first day of the data, and the first day whose data was not used.

    Returns
    -------
    list of int or None
        One for each step that begins before `ends` and `until`; None where the step is not wholly observed.
    """
    observed: list[int | None] = []
    for step, count in enumerate(counts):
        begins = starts + timedelta(days=step * step_days)
        if begins >= min(ends, until):
            break
        finishes = min(begins + timedelta(days=step_days), ends)
        observed.append(count if begins >= first_day and finishes <= until else None)
    return observed
