"""Reads the records of a JSON array one by one, without holding the file: each becomes one line of text.

A file that is one object may hold the array, and several arrays or objects may follow each other. A record
that is not valid is one record with a problem; reading continues at the next that looks like its neighbours.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_DECODER = json.JSONDecoder()
_SEPARATORS = frozenset(" \t\r\n,[]\ufeff")
_FIRST_ELEMENT = re.compile(r"\[\s*(\S)")
_SPACE = re.compile(r"\s*")
_TOKENS = re.compile(r'\\.|["{}\[\]\n]', re.DOTALL)
_NEXT_RECORD = re.compile(r"(?:[,\n])\s*(?=\{)")
_NEAR_END = 16
"""A literal or escape that the end of the text cuts is reported at most this far from it."""


class Record(NamedTuple):
    """The text of a record on one line, and why it cannot be read (None: it can)."""

    text: str
    problem: str | None


class UnreadableRest(Exception):
    """After an invalid record, no other can be found; `args[0]` is why the record is invalid."""


class JsonStream:
    """The records of a JSON text that comes in parts.

    Parameters
    ----------
    read
        Returns about as many further characters as asked for; "" at the end.
    limit
        Most characters of one record.
    """

    def __init__(self, read: Callable[[int], str], limit: int) -> None:
        self._read, self._limit = read, limit
        self._text, self._at, self._ended = "", 0, False
        self._cut = False
        self.entered = ""
        """Key of the array that was entered."""
        self._keys: set[str] = set()

    def enter(self, path: list[str]) -> list[str]:
        """Advance into the array of a file that is one object.

        Parameters
        ----------
        path
            Keys that lead to it; empty: the first list of objects.

        Returns
        -------
        list of str
            The keys that were not needed: they continue inside each record.

        Raises
        ------
        ValueError
            The object has no such list, or is not valid.
        """
        self._expect("{")
        while True:
            self._skip(_SPACE)
            key, _ = self._decode()
            self._expect(":")
            self._skip(_SPACE)
            opening = self._peek()
            wanted = bool(path) and key == path[0]
            if opening == "{" and wanted and len(path) > 1:
                return self.enter(path[1:])
            if opening == "[" and (wanted or not path and self._holds_objects()):
                self._at += 1
                self.entered = key
                return path[1:]
            self._decode()
            self._skip(_SPACE)
            if self._peek() != ",":
                raise ValueError("it has no list of objects")
            self._at += 1

    def records(self, *, inside: bool = False) -> Iterator[Record]:
        """Yield the records; `inside` an array that was entered, only those up to its end."""
        depth, problem = int(inside), None
        while True:
            depth = self._skip_separators(depth, inside)
            if (inside and not depth) or not self._peek():
                break
            text, problem = self._record()
            yield Record(_one_line(text), problem)
        if depth > 0 and not problem:
            yield Record("", "the file ends before its array does: it is incomplete, export it again")

    def _skip_separators(self, depth: int, inside: bool) -> int:
        """Advance to the next record and return how many arrays are open there."""
        while True:
            while self._at < len(self._text) and (character := self._text[self._at]) in _SEPARATORS:
                depth += (character == "[") - (character == "]")
                self._at += 1
                if inside and not depth:
                    return 0
            if self._at < len(self._text) or not self._more():
                return max(depth, 0)

    def _record(self) -> tuple[str, str | None]:
        try:
            value, text = self._decode()
        except (ValueError, RecursionError) as error:
            return self._recover(error), f"is not valid JSON: {error}"
        if isinstance(value, dict) and value:
            self._keys = set(value)
        return text, None

    def _decode(self) -> tuple[Any, str]:
        """Decode the value here and advance behind it; return it with its text."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                self._cut = error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _NEAR_END
                if not self._cut or not self._more():
                    raise
                continue
            if end == len(self._text) and not isinstance(value, dict | list | str) and self._more():
                continue
            text, self._at = self._text[self._at : end], end
            return value, text

    def _recover(self, error: Exception) -> str:
        """Advance to the next record behind an invalid one, and return the text of the invalid one."""
        cut = isinstance(error, json.JSONDecodeError) and self._cut
        while True:
            end = self._next_similar() or self._matching_end()
            if end:
                text, self._at = self._text[self._at : end], end
                return text
            if not self._more():
                break
        text = self._text[self._at :]
        # A file that ends inside its last record loses nothing but that record.
        if not cut and _NEXT_RECORD.search(text):
            raise UnreadableRest(str(error))
        self._at = len(self._text)
        return text

    def _next_similar(self) -> int:
        """Return where a record begins that has most keys of the record before; 0 if there is none."""
        if not self._keys:
            return 0
        for match in _NEXT_RECORD.finditer(self._text, self._at + 1):
            try:
                value, _ = _DECODER.raw_decode(self._text, match.end())
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict) and len(self._keys & set(value)) * 2 >= len(self._keys | set(value)):
                return match.start()
        return 0

    def _matching_end(self) -> int:
        """Return the end of the brackets that open here; a line break ends a string. 0: not found."""
        opened, in_text = [], False
        for match in _TOKENS.finditer(self._text, self._at):
            token = match.group()
            if token == '"':
                in_text = not in_text
            elif token == "\n":
                in_text = False
            elif in_text or token[0] == "\\":
                continue
            elif token in "{[":
                opened.append("}" if token == "{" else "]")
            elif not opened or opened.pop() != token:
                return 0
            elif not opened:
                return match.end()
        return 0

    def _expect(self, character: str) -> None:
        self._skip(_SPACE)
        if self._peek() != character:
            raise ValueError(f"{character!r} is expected, not {self._peek()!r}")
        self._at += 1

    def _holds_objects(self) -> bool:
        """Return whether the first element of the list here is an object."""
        while not (match := _FIRST_ELEMENT.match(self._text, self._at)) and self._more():
            pass
        return bool(match and match[1] == "{")

    def _skip(self, pattern: re.Pattern[str]) -> None:
        while True:
            match = pattern.match(self._text, self._at)
            end = match.end() if match else self._at
            if end < len(self._text) or not self._more():
                self._at = end
                return

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _more(self) -> bool:
        """Read more text, at least as much as there is; drop what lies behind. False at the end."""
        if self._ended:
            return False
        kept = len(self._text) - self._at
        if kept > self._limit:
            raise UnreadableRest(f"it is longer than {self._limit >> 20} MiB")
        part = self._read(max(1 << 20, kept))
        if not part:
            self._ended = True
            return False
        self._text, self._at = self._text[self._at :] + part, 0
        return True


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")
