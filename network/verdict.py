"""The verdict of the influence test. Clients of the API need it without the database driver."""

from typing import Literal

Verdict = Literal["supported", "weak", "not supported", "not tested"]
