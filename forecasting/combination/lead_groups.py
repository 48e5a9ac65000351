"""Groups of leads that share what is learned of them."""

import numpy as np
from numpy.typing import NDArray

_FIRST_LEADS = (1, 4, 8)
"""First leads of the groups: with days, 1 to 3, 4 to 7, and later ones."""


def lead_groups(horizon: int) -> list[NDArray[np.int64]]:
    """The leads, from 1 to `horizon`, of each group that has any."""
    ends = (*_FIRST_LEADS[1:], horizon + 1)
    groups = [np.arange(first, min(end, horizon + 1)) for first, end in zip(_FIRST_LEADS, ends, strict=True)]
    return [leads for leads in groups if len(leads)]
