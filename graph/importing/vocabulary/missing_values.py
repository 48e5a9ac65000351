"""Texts that programs write for a missing value."""

NULLS = ("null", "NULL", "None", "(null)", "\\N", "NaN", "nan", "N/A", "n/a", "#N/A")
"""Texts that are no id of a campaign or coupon, and no discount."""
NULLS_OF_FILES = (*NULLS, "NA")
"""The same where a whole file is looked at; a campaign may be called NA, like North America."""
NO_CAMPAIGNS = (
    "(not set)", "(none)", "(direct)", "(organic)", "(referral)", "(not provided)", "(data not available)",
    "(data deleted)", "(other)", "(cross-network)",
)  # fmt: skip
"""Texts of web analytics where a visit came from no campaign that is known."""
_WORDS = ("null", "none", "nan", "na", "n/a", "#n/a", "(null)", "\\n", "undefined")
READ_AS_MISSING = tuple(
    dict.fromkeys(text for word in _WORDS for text in (word, word.upper(), word.title(), *NULLS_OF_FILES))
)
"""Ids that are probably none."""
