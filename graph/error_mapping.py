"""Maps the errors of the Neo4j driver to those of ``graph.errors``."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graph.errors import (
    AccessDenied,
    DatabaseError,
    DatabaseRefused,
    DatabaseUnreachable,
    GdsMissing,
    StatementTimeout,
)

if TYPE_CHECKING:
    from neo4j.exceptions import Neo4jError

_TIMED_OUT = ("TransactionTimedOut", "LockAcquisitionTimeout")
_READ_ONLY = ("ReadOnly", "NotALeader", "WriteOnReadOnlyAccess")
_OUT_OF_ROOM = ("OutOfMemory", "MemoryPool", "OutOfDisk")
_UNAVAILABLE = ("DatabaseUnavailable", "DatabaseNotFound")
# A commit that finds the disk full stops the whole database, reads included.
_STOPPED = ("TransactionCommitFailed", "TransactionStartFailed", "TransactionLogError")


@contextmanager
def error_mapping(uri: str = "its address") -> Iterator[None]:
    """Raise the driver's errors as Groundswell's.

    Errors in a statement itself (syntax, a violated constraint) pass as the driver's ClientError.

    Parameters
    ----------
    uri
        The server's address, for the message.

    Raises
    ------
    DatabaseUnreachable, AccessDenied, GdsMissing, StatementTimeout, DatabaseRefused
    """
    # Imported here because the driver is slow to import (see graph.connection).
    from neo4j.exceptions import AuthError, DriverError, Neo4jError, ServiceUnavailable

    try:
        yield
    except AuthError as error:
        raise AccessDenied(
            "Neo4j rejected the user or the password.",
            "Check NEO4J_USER and NEO4J_PASSWORD.",
        ) from error
    except ServiceUnavailable as error:
        raise DatabaseUnreachable(
            f"No Neo4j answers at {uri}.",
            "See `groundswell db status`; with NEO4J_URI set, check the address and the network.",
        ) from error
    except DriverError as error:
        raise DatabaseUnreachable(f"The connection to Neo4j broke: {error}", "Try again.") from error
    except Neo4jError as error:
        mapped = _map(error)
        if mapped is None:
            raise
        raise mapped from error


def _map(error: "Neo4jError") -> DatabaseError | None:
    from neo4j.exceptions import ClientError

    code, message = error.code or "", error.message or ""

    def is_any(names: tuple[str, ...]) -> bool:
        return any(name in code for name in names)

    if is_any(_TIMED_OUT):
        return StatementTimeout(
            "A statement exceeded its time limit.",
            "Request less, or try again when Neo4j is less busy; GROUNDSWELL_QUERY_SECONDS sets the limit.",
        )
    if is_any(_READ_ONLY):
        return DatabaseRefused(
            "Neo4j accepts no writes: the database is read-only.",
            "Neo4j does this when its disk is full: free room there, then restart it.",
        )
    if is_any(_OUT_OF_ROOM):
        return DatabaseRefused(
            f"Neo4j ran out of memory or disk ({code}).",
            "Request less, or raise server.memory.heap.max_size and dbms.memory.transaction.total.max.",
        )
    if is_any(_UNAVAILABLE):
        return DatabaseUnreachable(f"Neo4j's database is not available ({code}).", "Try again shortly.")
    if is_any(_STOPPED):
        return DatabaseUnreachable(
            f"Neo4j's database stopped after an internal error ({code}).",
            "Read its log; if its disk is full, free room there. Then restart it.",
        )
    if ("gds." in message and "Unknown function" in message) or code.endswith("ProcedureNotFound"):
        return GdsMissing(
            "This Neo4j has no Graph Data Science library, which this step needs.",
            "Install GDS 2.13 on the server (on Aura: an AuraDS instance), or unset NEO4J_URI to use "
            "the managed local server, which includes it.",
        )
    if code.startswith("Neo.ClientError.Security"):
        return AccessDenied(
            f"Neo4j denied its user the permission ({code}).", "Grant the user this permission."
        )
    if isinstance(error, ClientError):
        return None
    return DatabaseRefused(f"Neo4j failed to run a query ({code}).", "Try again shortly; see its log.")
