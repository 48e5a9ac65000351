"""Schemas of imports."""

from pydantic import BaseModel, Field


class ImportWarning(BaseModel):
    """Something to look at although no row is wrong."""

    code: str = Field(description="Identifies the kind of warning", examples=["similar_ids"])
    text: str = Field(description="What was found, where, and what to do")
    count: int = Field(description="Number of rows, values or ids that it concerns")
    examples: list[str]


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
    left_out: int = Field(
        description="Rows that the mapping's `where` excludes, or without a campaign or coupon, summed over "
        "the sources of the mapping: a line counts for each that leaves it out, also where another uses it"
    )
    replaced: int = Field(description="Behaviours of earlier imports that its rows replaced")
    started: str = Field(description="ISO 8601 time")
    finished: str | None = Field(description="ISO 8601 time")
    seconds: int = Field(description="Duration, so far if it is running")
    warnings: list[ImportWarning] = Field(description="Empty until the import has ended")


class RowCounts(BaseModel):
    """How many rows of a table an import into an empty database would load or reject."""

    read: int
    loaded: int
    rejected: int
    unchanged: int
    left_out: int = Field(
        description="Rows that the mapping's `where` excludes, or without a campaign or coupon; a line "
        "counts for each source of the table that leaves it out"
    )


class RejectedRow(BaseModel):
    """A row that cannot be loaded, with the reason."""

    file: str
    row: int
    column: str | None = Field(description="Null if the whole line is rejected")
    value: str
    reason: str


class MappingQuestion(BaseModel):
    """A question of a mapping that only the user can answer; the answer goes after its `answer:`."""

    path: str = Field(description="Its place in the mapping", examples=["tables.behaviours.0.times"])
    ask: str
    choose: list[str | list[str]] = Field(
        description="The possible answers: texts, or lists of values; empty: any"
    )


class ImportCheck(BaseModel):
    """The result of checking an import."""

    mapping: str = Field(
        description="The mapping that was sent, inferred again with its answers about columns; or one "
        "inferred from the files"
    )
    tables: dict[str, RowCounts]
    reasons: dict[str, int] = Field(description="Number of rejected rows by reason, most frequent first")
    examples: list[RejectedRow] = Field(description="The first twenty rejected rows")
    left_out_reasons: list[str] = Field(
        description="Why rows were left out, a sentence per file and table, with their number"
    )
    tally: list[str] = Field(
        description="How many behaviours count as participation, a sentence per kind; those of a user at the "
        "same moment are one participation in a campaign"
    )
    warnings: list[ImportWarning]
    unused_columns: dict[str, list[str]] = Field(
        description="Columns that no table uses, by file; of JSON files, none are listed"
    )
    problem: str | None = Field(description="Why an import would stop; null if it would not")
    questions: list[MappingQuestion] = Field(
        description="Questions to answer first; while there are any, no row is checked"
    )
