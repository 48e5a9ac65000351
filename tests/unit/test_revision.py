"""A revision of the graph changes with every transaction that is no heartbeat."""

import base64

import pytest

from graph.revision import revision_of

DATABASE = bytes(range(16))
TRANSACTIONS = {
    7: b"\x07",
    300: b"\xc9\x01\x2c",
    70_000: b"\xca\x00\x01\x11\x70",
    2**40: b"\xcb\0\0\1\0\0\0\0\0",
}


def bookmark(number: bytes) -> str:
    """As Neo4j writes it for one database."""
    return "FB:" + base64.b64encode(b"\x91\xcc\x10" + DATABASE + number + b"\x90").decode()


@pytest.mark.parametrize("transactions", TRANSACTIONS)
def test_heartbeats_are_subtracted(transactions: int) -> None:
    revision = revision_of(bookmark(TRANSACTIONS[transactions]), 5)
    assert revision == f"{DATABASE.hex()}:{transactions - 5}"


@pytest.mark.parametrize(
    "unknown",
    ["", "FB:", "FB:?", "XY:kA==", bookmark(b"\x07") + "kA==", bookmark(b"\x07") + "," + bookmark(b"\x08")],
)
def test_an_unknown_bookmark_is_its_own_revision(unknown: str) -> None:
    assert revision_of(unknown, 5) == unknown
