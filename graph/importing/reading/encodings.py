"""Decides the encoding of a text by rules that hold for short samples.

Statistical detectors guess on a few dozen characters: charset-normalizer reads short Japanese and Chinese
tables as Korean. Here every encoding that makes plausible words of the bytes is returned; the caller can ask.
"""

import re
from collections.abc import Callable

from graph.importing.reading.alphabets import latin_encodings, script_encodings, words_beyond_ascii

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
_RUN = re.compile(rb"[\x80-\xff]+")
_LETTER = re.compile(r"[A-Za-z]")
_WESTERN_SYMBOLS = frozenset("€£¥§©®°±²³µ·¼½¾«»¿¡–—‘’“”„…•™ªº\u00a0")
_LETTERS_ELSEWHERE = frozenset("£¥¿³¹¾¼")
"""Symbols that are letters of Central Europe in cp1250."""
_PLAUSIBLE = 0.75
_EQUAL = 0.1
_PLAUSIBLE_KOREAN, _ENOUGH = 0.9, 24
"""Share of syllables, and different characters (digits and signs included), of a text that is Korean."""


def candidates(raw: bytes) -> list[str]:
    """Return the encodings in which a text is plausible, the best first; more than one: they fit equally.

    Lines that are valid UTF-8 decide nothing about the others, since merged files mix encodings.

    Parameters
    ----------
    raw
        The beginning of the file; its last character may be incomplete.
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return [encoding]
    even, odd = raw[::2], raw[1::2]
    zeros = even.count(0), odd.count(0)
    if sum(zeros) * 4 > len(raw):
        return ["utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"]
    if _decode(raw, "utf-8") is not None:
        return ["utf-8"]
    lines = [line for line in raw.split(b"\n") if _decode(line, "utf-8") is None]
    rest = b"\n".join(lines)
    scores = {name: plausibility(rest) for name, plausibility in _PLAUSIBILITY.items()}
    scores = {name: score for name, score in scores.items() if score >= _PLAUSIBLE}
    if not scores:
        return _single_byte(rest)
    if scores.get("cp949", 0) >= _PLAUSIBLE_KOREAN and len(set(_decode(rest, "cp949") or "")) >= _ENOUGH:
        scores.pop("gb18030", None)  # It reads any Korean text; Chinese is not read as syllables alone.
    best = max(scores.values())
    found = sorted((name for name in scores if scores[name] >= best - _EQUAL), key=lambda name: -scores[name])
    return (latin_encodings(rest) if found == ["cp1252"] else []) or found


def _single_byte(raw: bytes) -> list[str]:
    """Return the encodings of another alphabet that make words of the bytes, else all that decode."""
    if found := script_encodings(raw) or latin_encodings(raw):
        return found
    words = words_beyond_ascii(_decode(raw, "cp1250") or "")
    if words and sum(map(str.isalpha, words)) >= _PLAUSIBLE * len(words):
        return ["cp1250"]
    return [name for name in ("cp1252", "latin-1") if _decode(raw, name) is not None]


def _decode(raw: bytes, encoding: str) -> str | None:
    """Decode strictly, except for a character that the end of the sample cuts."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(raw) - 3 or error.reason == "invalid start byte" or not error.start:
            return None
        return raw[: error.start].decode(encoding)


def _western(raw: bytes) -> float:
    """Return the share of runs beyond ASCII that are letters inside words, or symbols."""
    if _decode(raw, "cp1252") is None:
        return 0.0
    runs = list(_RUN.finditer(raw))
    good = 0
    for run in runs:
        text = run.group().decode("cp1252")
        before, after = raw[max(0, run.start() - 1) : run.start()], raw[run.end() : run.end() + 1]
        around = before + after
        # A letter in m³ alone is before such a symbol; other words end in a letter of cp1250.
        elsewhere = text[-1] in _LETTERS_ELSEWHERE and (
            after.isalpha() or (before.isalpha() and before != b"m")
        )
        symbol = all(character in _WESTERN_SYMBOLS for character in text) and not elsewhere
        word = (
            text.isalpha()
            and text != "œæ"
            and (len(text) == 1 or (len(text) == 2 and re.search(rb"[A-Za-z]", around)))
        )
        good += bool(symbol or word)
    return good / len(runs)


def _eastern(encoding: str, is_common: Callable[[str, bytes], bool]) -> Callable[[bytes], float]:
    def plausibility(raw: bytes) -> float:
        text = _decode(raw, encoding)
        if text is None:
            return 0.0
        characters = [(position, char) for position, char in enumerate(text) if ord(char) > 127]
        good = 0
        for position, character in characters:
            before, after = text[position - 1 : position], text[position + 1 : position + 2]
            # Inside a Latin word it is an accented letter in another encoding.
            inside = bool(_LETTER.match(before)) or bool(_LETTER.match(after))
            good += not inside and is_common(character, character.encode(encoding))
        return good / len(characters) if characters else 0.0

    return plausibility


def _is_punctuation(character: str) -> bool:
    return "\u3000" <= character <= "\u303f" or "\uff01" <= character <= "\uff5e"


def _is_simplified(character: str, raw: bytes) -> bool:
    # The 3,755 most frequent characters come first in GB 2312.
    return len(raw) == 2 and (0xB0 <= raw[0] <= 0xD7 and raw[1] >= 0xA1 or _is_punctuation(character))


def _is_korean(_character: str, raw: bytes) -> bool:
    return len(raw) == 2 and 0xB0 <= raw[0] <= 0xC8 and raw[1] >= 0xA1


def _is_japanese(character: str, raw: bytes) -> bool:
    kana = "\u3041" <= character <= "\u30ff"
    return len(raw) == 2 and (kana or 0x88 <= raw[0] <= 0x97 or _is_punctuation(character))


def _is_traditional(character: str, raw: bytes) -> bool:
    return len(raw) == 2 and (0xA4 <= raw[0] <= 0xC6 or _is_punctuation(character))


_PLAUSIBILITY: dict[str, Callable[[bytes], float]] = {
    "cp1252": _western,
    "gb18030": _eastern("gb18030", _is_simplified),
    "cp949": _eastern("cp949", _is_korean),
    "shift_jis": _eastern("shift_jis", _is_japanese),
    "big5": _eastern("big5", _is_traditional),
}
