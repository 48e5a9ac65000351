"""Makes campaigns of the rows that use them: from the first day of their use to the last, or so many days."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from graph.importing.mapping.model import Mapping
from graph.importing.mapping.source import Source
from graph.importing.reading.block import Block
from graph.importing.reading.ids import normalise
from graph.importing.reading.input_files import InputFile
from graph.importing.reading.lines import Parsed
from graph.importing.values.convert import convert
from graph.importing.values.local_times import first_midnight, next_midnight
from graph.importing.values.where import mask


def blocks_of(file: InputFile, inputs: Sequence[InputFile], mapping: Mapping) -> Iterator[Block]:
    """Yield the blocks of a file; with `window: uses`, one block with a row per campaign.

    A campaign is used in several files: the first of those with `window: uses` gets the campaigns of all.
    With `duration_days`, campaigns start at the moment of their first use, and their duration sets the end.

    Parameters
    ----------
    file, inputs
        The file, and all files of its table.
    mapping
        How they are read.

    Raises
    ------
    ImportFailed
        A file cannot be read.
    """
    if file.source.window is None:
        yield from file.blocks()
        return
    days = file.source.duration_days
    of_uses = [
        other for other in inputs if other.source.window is not None and other.source.duration_days == days
    ]
    if file is not of_uses[0]:
        return
    zone = mapping.zone  # That of the data's days; times may be in another.
    parts = [_spans(block, other.source, mapping) for other in of_uses for block in other.blocks()]
    spans = pd.concat(parts or [_NONE])
    spans = spans.groupby("id", sort=True).agg({"first": "min", "last": "max"})
    first, last = (pa.array(spans[name], pa.int64()) for name in ("first", "last"))
    columns = {
        "id": pa.array(spans.index.to_list(), pa.string()),
        "starts": _utc(first if days else first_midnight(first, zone)),
        "ends": _utc(next_midnight(last, zone)),
    }
    if len(spans):
        parsed = Parsed(np.arange(1, len(spans) + 1), columns, [])
        yield Block(0, 1, len(spans), lambda: parsed, records=pa.record_batch(columns))


_NONE = pd.DataFrame({"id": [], "first": [], "last": []})


def _spans(block: Block, source: Source, mapping: Mapping) -> pd.DataFrame:
    """Return the first and last use of each campaign in a block; rows without a valid time do not count."""
    parsed = block.parse()
    columns = parsed.columns
    ids = convert(columns[source.columns["id"]], "id", mapping.value_format(source, "id")).values
    at = convert(columns[source.columns["at"]], "time", mapping.value_format(source, "at")).values
    ids = normalise(ids, mapping.ids.get("campaigns", []), mapping.left_alone("campaigns"))
    frame = pd.DataFrame({"id": ids.to_pandas(), "at": at.to_pandas()})
    if source.where:
        frame = frame[mask(columns, source.where, mapping.value_format(source), mapping.own_formats(source))]
    spans = frame.dropna().groupby("id")["at"].agg(["min", "max"])
    return spans.astype("int64").rename(columns={"min": "first", "max": "last"}).reset_index()


def _utc(milliseconds: pa.Array) -> pa.Array:
    return milliseconds.cast(pa.timestamp("ms", "UTC"))
