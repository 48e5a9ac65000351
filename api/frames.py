"""Responses of the client as pandas data frames."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from pydantic import BaseModel


def to_frame(rows: Sequence[BaseModel]) -> pd.DataFrame:
    """Convert a list of response models to a data frame with one row each.

    Days become timestamps, and ids stay texts. Nested objects become columns with dotted names.

    ::

        to_frame(client.campaigns())
        to_frame(client.forecast("18").steps).set_index("step")
    """
    frame = pd.json_normalize([row.model_dump() for row in rows])
    days = [name for name in frame if frame[name].map(lambda value: isinstance(value, date)).any()]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in days})
