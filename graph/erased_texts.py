"""Replaces the id of an erased user in texts."""

import re

_ERASED = "(erased)"


class UserEraser:
    """Replaces the id of one user, in any letter case, where it is a whole word.

    An id within a longer one, an e-mail address or a decimal number stays: 12 does not match in 123, A-12,
    12@shop.example or 0.12. A whole number also matches with zero decimals (12.0), as spreadsheets write it.
    """

    def __init__(self, user: str) -> None:
        word = re.escape(user) + (r"(?:\.0+)?" if user.isdecimal() else "")
        before, after = r"(?<![\w@+-])(?<!\w\.)", r"(?![\w@+-])(?!\.\w)"
        self._word = re.compile(f"{before}{word}{after}", re.IGNORECASE)
        # Sentences contain other numbers: counts, rows, times.
        quoted = rf"(?<=['\"]){word}(?=['\"])"
        self._in_sentence = re.compile(quoted) if user.isdecimal() else self._word

    def in_value(self, text: str) -> str:
        """Return a value, or a list or line of values, without the id."""
        return self._word.sub(_ERASED, text)

    def in_sentence(self, text: str) -> str:
        """Return a message without the id; a number only counts as an id if quoted."""
        return self._in_sentence.sub(_ERASED, text)

    def in_log(self, text: str) -> str:
        """Return a line of a log as ``in_sentence`` does, with asterisks for each byte of the id."""
        return self._in_sentence.sub(lambda match: masked(match[0]), text)


def masked(text: str) -> str:
    """Return asterisks that have as many bytes as a text."""
    return "*" * len(text.encode(errors="surrogateescape"))
