"""Decides the single-byte encoding of a text by the letters of languages.

One byte is ş in cp1254 and þ in cp1252. In the right encoding, one language has all letters beyond ASCII of a
text; as another encoding reads them, none has.
"""

import re
import unicodedata

_WESTERN = "cp1252"
_LATIN = {
    _WESTERN: (
        "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "áâãàçéêíóôõúü", "àèéìíîòóùú", "áéëïíóöúü", "æøåéäö",
        "áðéíóúýþæö", "áðíóúýæø", "àçéèíïóòúü", "äöõü",
    ),
    "cp1250": (
        "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "ëç",
    ),
    "cp1254": ("çğıİöşüâîû",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūžō", "äöõüšž"),
    "cp1258": ("ăâđêôơưàáèéìíòóùúýãõ\u0300\u0301\u0303\u0309\u0323",),
}  # fmt: skip
"""The letters of each language of an encoding.

German, French, Spanish, Portuguese, Italian, Dutch, Scandinavian, Icelandic, Faroese, Catalan, Estonian;
Polish, Czech, Slovak, Hungarian, Romanian, Croatian, Albanian; Turkish; Lithuanian, Latvian, Estonian;
Vietnamese.
"""
_SCRIPTS = {
    "cp1251": ("\u0400-\u04ff", "оеаинтсрвлкім"),
    "cp1253": ("\u0370-\u03ff", "αοιετσνηυρπκςάίό"),
    "cp1255": ("\u0590-\u05ff", "יוהלארתבשמנ"),
    "cp1256": ("\u0600-\u06ff", "اليمنورتبةعد"),
}
"""The characters of each script, and its frequent letters."""
_ORDINALS, _UNDECODABLE = "ªº", "\ufffd"
_ENOUGH = 65_536
"""Bytes that are looked at."""
_NEARLY_ALL = 0.95
_MOST = 0.75
_CLEARLY_MORE = 0.05
_ICELANDIC = frozenset("ðþý")
"""The letters in which Turkish and Icelandic texts differ, as cp1252 reads them."""
_WORD = re.compile(r"[^\W\d_]+|[^\x00-\x7f]")


def latin_encodings(raw: bytes) -> list[str]:
    """Return the encoding in which one language has nearly all letters; several: equally; none: no such."""
    shares = {encoding: _share_of_a_language(raw, encoding) for encoding in _LATIN}
    best = max(shares.values())
    if best < _NEARLY_ALL:
        return []
    if shares[_WESTERN] > best - _CLEARLY_MORE:
        beyond = {letter.lower() for letter in _letters(raw, _WESTERN)}
        is_open = shares["cp1254"] >= shares[_WESTERN] and _ICELANDIC & beyond
        return ["cp1254", _WESTERN] if is_open else [_WESTERN]
    return [encoding for encoding, share in shares.items() if share == best]


def script_encodings(raw: bytes) -> list[str]:
    """Return the encoding in which most words are of one script; several: equally; none: of no script."""
    shares = {encoding: _share_of_frequent_letters(raw, encoding) for encoding in _SCRIPTS}
    best = max(shares.values())
    found = [encoding for encoding, share in shares.items() if share > best - _CLEARLY_MORE]
    return sorted(found, key=lambda encoding: -shares[encoding]) if best else []


def words_beyond_ascii(text: str) -> list[str]:
    """Return the words, and other characters by themselves, that are not all ASCII."""
    return [word for word in _WORD.findall(text) if not word.isascii()]


def _letters(raw: bytes, encoding: str) -> list[str]:
    """Return the letters beyond ASCII, and what stands inside words."""
    text = raw[:_ENOUGH].decode(encoding, errors="replace")
    return [
        character
        for before, character, after in zip(f" {text}", text, f"{text[1:]} ", strict=False)
        if character > "\x7f"
        and (character not in _ORDINALS or after.isalpha())
        and (
            character.isalpha()
            or character == _UNDECODABLE
            or unicodedata.combining(character)
            or (before.isalpha() and after.isalpha())
        )
    ]


def _share_of_a_language(raw: bytes, encoding: str) -> float:
    """Return the share of the letters that the alphabet of one language has, that which has the most."""
    letters = [letter if letter == "İ" else letter.lower() for letter in _letters(raw, encoding)]
    counts = [sum(letter in alphabet for letter in letters) for alphabet in _LATIN[encoding]]
    return max(counts) / len(letters) if letters else 0.0


def _share_of_frequent_letters(raw: bytes, encoding: str) -> float:
    """Return the share of the letters that are frequent in a script; 0 if too few words are of it.

    Such words have no capitals inside, as those of another script have that are read as this one.
    """
    script, frequent = _SCRIPTS[encoding]
    words = words_beyond_ascii(raw[:_ENOUGH].decode(encoding, errors="replace"))
    inside = re.compile(f"[{script}]+")
    good = [
        word
        for word in words
        if inside.fullmatch(word) and word in (word.lower(), word.upper(), word.title())
    ]
    letters = "".join(words).lower()
    if not words or len(good) < _MOST * len(words):
        return 0.0
    return sum(letter in frequent for letter in letters) / len(letters)
