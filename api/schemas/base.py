"""What several schemas have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from network.verdict import Verdict

DATASET_DESCRIPTION = (
    "The data set; may be left out if the database holds one only, or the server has GROUNDSWELL_DATASET set"
)
SCORE_DESCRIPTION = "Expected users that this key user adds to those reached by the key users ranked above"
InfluenceVerdict = Annotated[
    Verdict, Field(description="Whether users follow each other in this data set: see /v1/networks")
]


class RequestBody(BaseModel):
    """A request body. Unknown fields are refused: the client would believe that they had an effect."""

    model_config = ConfigDict(extra="forbid")
