"""Query strings that mean the same and differ in their text, so that no answer is cached for them."""

from itertools import count

_counter = count()
_BITS = 16


def uncached_query(dataset: str) -> str:
    """``dataset=...`` in a spelling not used before: some of its characters are percent-encoded."""
    rounds, spelling = divmod(next(_counter), 1 << min(_BITS, len(dataset)))
    characters = (
        f"%{ord(character):02X}" if spelling >> place & 1 else character
        for place, character in enumerate(dataset)
    )
    return f"dataset={''.join(characters)}" + "&" * rounds
