"""Decides whether a starting server is ready, and sets the password of a new database.

Apart from `graph.server.local` because the driver is slow to import, and stopping a server or reading its
status needs no driver. Its statements run before the schema exists, so they are not among ``cypher/``.
"""

from neo4j import Driver, GraphDatabase
from neo4j.exceptions import AuthError, Neo4jError, ServiceUnavailable

from graph.errors import ServerDied

_INITIAL_PASSWORD = "neo4j"


def is_ready(uri: str, user: str, password: str) -> bool:
    """Return whether Bolt accepts the password and Graph Data Science answers.

    A new database gets the password first. Raises ServerDied where an existing one has another password.
    """
    try:
        with _driver(uri, user, password) as driver:
            driver.execute_query("RETURN gds.version()", database_="neo4j")
        return True
    except AuthError:
        set_password(uri, user, password)
        return False  # The next call uses the new password.
    except (Neo4jError, ServiceUnavailable, OSError):
        return False  # Bolt answers before the database does.


def set_password(uri: str, user: str, password: str) -> None:
    """Replace the initial password of a new database. Raises ServerDied."""
    try:
        with _driver(uri, user, _INITIAL_PASSWORD) as driver:
            driver.execute_query(
                "ALTER CURRENT USER SET PASSWORD FROM $old TO $new",
                {"old": _INITIAL_PASSWORD, "new": password},
                database_="system",
            )
    except AuthError as error:
        raise ServerDied(
            "The database does not accept the password in its password file.",
            "Write the right password into the file, or start over with `groundswell db reset`.",
        ) from error


def _driver(uri: str, user: str, password: str) -> Driver:
    return GraphDatabase.driver(
        uri,
        auth=(user, password),
        connection_timeout=5,
        # The caller polls; the driver's own retries would only hide that the process has ended.
        max_transaction_retry_time=0,
        notifications_min_severity="OFF",
    )
