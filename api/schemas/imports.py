"""Schemas of imports."""

from pydantic import BaseModel, Field


class Import(BaseModel):
    """An import. When it has ended, read = loaded + rejected + unchanged."""

    id: str = Field(examples=["my-shop.1"])
    dataset: str = Field(examples=["my-shop"])
    state: str = Field(description="running, complete, stopped, failed, interrupted, undoing or undone")
    problem: str | None = Field(description="Why the import stopped or failed")
    source: str
    engine: str | None
    read: int
    loaded: int
    rejected: int
    unchanged: int
    started: str = Field(description="ISO 8601 time")
    finished: str | None = Field(description="ISO 8601 time")
    seconds: int = Field(description="Duration, so far if it is running")


class RowCounts(BaseModel):
    """How many rows of a table an import into an empty database would load or reject."""

    read: int
    loaded: int
    rejected: int
    unchanged: int
    left_out: int = Field(description="Excluded by the mapping's filter")


class RejectedRow(BaseModel):
    """A row that cannot be loaded, with the reason."""

    file: str
    row: int
    column: str | None = Field(description="Null if the whole line is rejected")
    value: str
    reason: str


class ImportCheck(BaseModel):
    """The result of checking an import."""

    mapping: str = Field(description="The mapping that was sent, or one inferred from the files")
    tables: dict[str, RowCounts]
    reasons: dict[str, int] = Field(description="Number of rejected rows by reason, most frequent first")
    examples: list[RejectedRow] = Field(description="The first twenty rejected rows")
