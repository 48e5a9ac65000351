"""What request bodies have in common."""

from pydantic import BaseModel, ConfigDict

DATASET_DESCRIPTION = (
    "The data set; may be left out if the database holds one only, or the server has GROUNDSWELL_DATASET set"
)


class RequestBody(BaseModel):
    """A request body. Unknown fields are refused: the client would believe that they had an effect."""

    model_config = ConfigDict(extra="forbid")
