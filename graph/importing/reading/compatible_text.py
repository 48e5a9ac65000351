"""Unicode's compatibility form of texts: full-width characters are plain, accents one with their letter."""

import unicodedata

import pyarrow as pa
import pyarrow.compute as pc


def nfkc(text: pa.Array) -> pa.Array:
    """Return texts in the form NFKC.

    Arrow's own function leaves accents decomposed.
    """
    if pc.all(pc.string_is_ascii(text)).as_py() is not False:
        return text
    distinct = text.dictionary_encode()
    if isinstance(distinct, pa.ChunkedArray):
        distinct = distinct.combine_chunks()
    forms = [unicodedata.normalize("NFKC", value) for value in distinct.dictionary.to_pylist()]
    return pa.array(forms, text.type).take(distinct.indices)
