"""The states of a job. Clients of the API need them without the database driver."""

from typing import Literal

JobState = Literal["waiting", "running", "complete", "failed", "cancelled"]
