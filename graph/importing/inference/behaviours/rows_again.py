"""Tells which rows of a series of exports a later file has again, so that questions count each row once."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.values.hashes import row_hashes

_OBJECTS = ("product", "coupon", "campaign")


def identity_of(file: InspectedFile, roles: Mapping[str, str]) -> list[str]:
    """Return the columns that a row of behaviours keeps in a later export: all but its state and amounts.

    Empty where the file has no column of users or times.
    """
    at, user = roles.get("at"), roles.get("user")
    if not (at and user):
        return []
    clocks = [clock for clock, day in file.day_of_clock.items() if day == at]
    objects = [roles[role] for role in _OBJECTS if role in roles][:1]
    return list(dict.fromkeys([user, at, *clocks, *objects, *filter(None, [roles.get("basket")])]))


def frames_once(
    file: InspectedFile, names: list[str], identity: list[str]
) -> Iterator[tuple[pd.DataFrame, NDArray[np.bool_]]]:
    """Yield `names` of all rows, and whether a later file of the series has each row again.

    Parameters
    ----------
    file
        A file, or a series in the order of its exports.
    names
        Columns.
    identity
        Columns by which a row is recognised; without any, no row is.
    """
    if not file.further_files or not identity:
        for frame in file.frames(names):
            yield frame, np.zeros(len(frame), dtype=bool)
        return
    later = np.empty(0, dtype=np.uint64)
    for part in reversed(file.each_file()):
        own = [later]
        for frame in part.frames(list(dict.fromkeys([*names, *identity]))):
            hashes = row_hashes(frame[identity])
            own.append(hashes)
            yield frame, np.isin(hashes, later)
        later = np.unique(np.concatenate(own))
