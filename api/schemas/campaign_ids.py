"""The type of ids of new campaigns."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

_NOT_TEXT = {"Cc", "Zl", "Zp"}
"""Categories of Unicode: control characters and separators of lines and paragraphs."""


def _check_campaign_id(text: str) -> str:
    if text != text.strip():
        raise ValueError("a campaign id must not begin or end with a blank")
    if any(unicodedata.category(character) in _NOT_TEXT for character in text):
        raise ValueError("a campaign id must not contain control characters or line breaks")
    # Such ids cannot be a part of a path.
    if "/" in text or text in {".", ".."}:
        raise ValueError("a campaign id must not contain / or be . or ..; add such campaigns in a table")
    return text


CampaignId = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_check_campaign_id)]
"""Text that can stand in the paths of the API, percent-encoded: blanks inside it are fine."""
