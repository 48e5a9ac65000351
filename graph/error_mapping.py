"""What Neo4j refuses, told as an error of ours: what is wrong, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j.exceptions import AuthError, ClientError, DriverError, Neo4jError, ServiceUnavailable

from graph.errors import AccessDenied, DatabaseRefused, DatabaseUnreachable, GdsMissing, TookTooLong

_TOO_LONG = ("TransactionTimedOut", "LockAcquisitionTimeout")
_READ_ONLY = ("ReadOnly", "NotALeader", "WriteOnReadOnlyAccess")
_FULL = ("OutOfMemory", "MemoryPool", "OutOfDisk")
_NOT_THERE = ("DatabaseUnavailable", "DatabaseNotFound")
_STOPPED = ("TransactionCommitFailed", "TransactionStartFailed", "TransactionLogError")
"""What a full disk comes to: a commit that finds no room ends all work of the database, reads too."""


@contextmanager
def translated(uri: str = "its address") -> Iterator[None]:
    """Raises DatabaseUnreachable, AccessDenied, GdsMissing, TookTooLong and DatabaseRefused; a statement that
    is wrong in itself stays the driver's ClientError.
    """
    try:
        yield
    except AuthError as error:
        raise AccessDenied(
            "Neo4j refused the user or the password.",
            "Check NEO4J_USER and NEO4J_PASSWORD.",
        ) from error
    except ServiceUnavailable as error:
        raise DatabaseUnreachable(
            f"No Neo4j answers at {uri}.",
            "See `groundswell db status`; with NEO4J_URI set, check the address and the network.",
        ) from error
    except DriverError as error:
        raise DatabaseUnreachable(f"The conversation with Neo4j broke off: {error}", "Try again.") from error
    except Neo4jError as error:
        if (ours := _ours(error)) is None:
            raise
        raise ours from error


def _ours(error: Neo4jError) -> Exception | None:
    code, message = error.code or "", error.message or ""

    def is_any(words: tuple[str, ...]) -> bool:
        return any(word in code for word in words)

    if is_any(_TOO_LONG):
        return TookTooLong(
            "Neo4j did not answer in time.",
            "Ask for less, or try again when it is less busy; GROUNDSWELL_QUERY_SECONDS sets the limit.",
        )
    if is_any(_READ_ONLY):
        return DatabaseRefused(
            "Neo4j takes no writing at present: the database is read-only.",
            "Neo4j makes it so where its disk is full: free room there, then start it again.",
        )
    if is_any(_FULL):
        return DatabaseRefused(
            f"Neo4j ran out of memory or disk ({code}).",
            "Ask for less, or give it more: server.memory.heap.max_size, dbms.memory.transaction.total.max.",
        )
    if is_any(_NOT_THERE):
        return DatabaseUnreachable(
            f"Neo4j's database is not there at present ({code}).", "Try again shortly."
        )
    if is_any(_STOPPED):
        return DatabaseUnreachable(
            f"Neo4j's database has stopped after an error of its own ({code}).",
            "Its log says why; where its disk is full, free room there. Then start it again.",
        )
    if ("gds." in message and "Unknown function" in message) or code.endswith("ProcedureNotFound"):
        return GdsMissing(
            "This Neo4j has no Graph Data Science library, which this step needs.",
            "Install GDS 2.13 on the server (on Aura: an AuraDS instance), or unset NEO4J_URI to use "
            "the managed local server, which has it.",
        )
    if code.startswith("Neo.ClientError.Security"):
        return AccessDenied(f"Neo4j does not let its user do this ({code}).", "Give the user the right to.")
    if isinstance(error, ClientError):
        return None
    return DatabaseRefused(f"Neo4j refused a query ({code}).", "Try again shortly; its log says more.")
