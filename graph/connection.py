"""Runs the statements of ``cypher/`` over the official Neo4j driver.

All other modules run a statement by its name through a `Graph`; tests may pass an object with the same
methods. The driver is imported where it is used: it imports numpy and pandas, which commands without a
database should not wait for.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

import cypher
from graph.error_mapping import error_mapping
from graph.errors import DatabaseUnreachable, InvalidRequest, NotReady
from graph.revision import revision_of
from graph.server import local
from graph.settings import Settings

if TYPE_CHECKING:
    import pandas as pd
    from neo4j import BookmarkManager, Driver, ManagedTransaction, Result, Session

Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Timeouts:
    """Seconds after which the driver gives up.

    Attributes
    ----------
    connect
        Opening a connection.
    acquire
        Waiting for a free connection of the pool.
    retry
        Retrying transient errors, in total.
    query
        One statement; None for no limit.
    """

    connect: float = 10.0
    acquire: float = 60.0
    retry: float = 30.0
    query: float | None = None


DEFAULT_TIMEOUTS = Timeouts()
_REREADS = 3
_ROUTED = "neo4j"  # The schemes neo4j, neo4j+s and neo4j+ssc route to the members of a cluster.


@dataclass(frozen=True)
class Outcome:
    """The rows that a statement returned, and how many relationships it created."""

    rows: list[Row]
    relationships_created: int


class Transaction:
    """Runs statements inside one transaction."""

    def __init__(self, transaction: "ManagedTransaction") -> None:
        self._transaction = transaction

    def run(self, name: str, **parameters: Any) -> Outcome:
        """Run the statement ``cypher/<name>.cypher``."""
        statement = load_statement(name, parameters)
        result = self._transaction.run(statement.text, parameters)
        rows = result.data()
        return Outcome(rows, result.consume().counters.relationships_created)


class Graph:
    """A connection to one database; threads may share it.

    On a cluster, all reads and writes share one bookmark manager, so that each of them sees what this
    `Graph` wrote before.

    Parameters
    ----------
    driver
        The Neo4j driver; closed with this object.
    database
        Name of the database on the server.
    address
        URI, user and password, for clients other than the driver.
    timeouts
        Time limits; those of connections must be the driver's.
    default_dataset
        The data set that the settings name, or an empty text.
    bookmarks
        Needed on a cluster. A single server shows what was written without it, and would wait for the
        bookmarks of a store that a restore or a bulk import replaced.
    """

    def __init__(
        self,
        driver: "Driver",
        database: str,
        address: tuple[str, str, str],
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        default_dataset: str = "",
        bookmarks: "BookmarkManager | None" = None,
    ) -> None:
        self._driver = driver
        self._database = database
        self._address = address
        self.timeouts = timeouts
        self._bookmarks = bookmarks
        self.default_dataset = default_dataset
        self.on_statement: Callable[[str, float], None] = lambda _name, _seconds: None
        """Called after each statement with its name and its duration in seconds."""
        self._last_heartbeats = "", 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._driver.close()

    def run(self, name: str, **parameters: Any) -> list[Row]:
        """Run the statement ``cypher/<name>.cypher`` with the access that its header declares.

        The driver retries transient errors (a deadlock, a leader change), except for statements that commit
        by themselves.

        Parameters
        ----------
        name
            The file's path below ``cypher/``, without the suffix.
        **parameters
            Exactly the parameters that the header declares.

        Returns
        -------
        list of dict
            One dictionary per row, by column.

        Raises
        ------
        DatabaseError
            See `graph.error_mapping.error_mapping`.
        TypeError
            The parameters differ from the declared ones.
        """
        statement = load_statement(name, parameters)
        if statement.access == "autocommit":
            with self._session(name) as session:
                return session.run(statement.text, parameters).data()
        return self._execute(statement, parameters, lambda result: result.data())

    def transaction(self, work: Callable[["Transaction"], T]) -> T:
        """Call `work` in one write transaction: all of its statements take effect, or none.

        The driver calls `work` again after a transient error (a deadlock, a leader change).

        Returns
        -------
        T
            The result of `work`.
        """
        from neo4j import unit_of_work

        timed = unit_of_work(timeout=self.timeouts.query)
        with self._session("(several)") as session:
            return session.execute_write(timed(lambda transaction: work(Transaction(transaction))))

    def single(self, name: str, **parameters: Any) -> Row:
        """Run a statement that always returns exactly one row, and return it."""
        (row,) = self.run(name, **parameters)
        return row

    def frame(self, name: str, **parameters: Any) -> "pd.DataFrame":
        """Run a statement as `run` does and return a frame, which has all columns even without rows."""
        return self._execute(load_statement(name, parameters), parameters, lambda result: result.to_df())

    def _execute(self, statement: cypher.Statement, parameters: Row, transform: Callable[["Result"], T]) -> T:
        from neo4j import Query, RoutingControl

        reads = statement.access == "read"
        with self._observe(statement.name):
            return self._driver.execute_query(
                Query(statement.text, timeout=self.timeouts.query),
                parameters,
                routing_=RoutingControl.READ if reads else RoutingControl.WRITE,
                database_=self._database,
                bookmark_manager_=self._bookmarks,
                result_transformer_=transform,
            )

    @contextmanager
    def _session(self, name: str) -> Iterator["Session"]:
        with (
            self._observe(name),
            self._driver.session(database=self._database, bookmark_manager=self._bookmarks) as session,
        ):
            yield session

    @contextmanager
    def _observe(self, name: str) -> Iterator[None]:
        """Map errors, and report the duration."""
        started = time.perf_counter()
        try:
            with error_mapping():
                yield
        finally:
            self.on_statement(name, time.perf_counter() - started)

    def run_schema(self, name: str) -> None:
        """Run every statement of a schema file, each in its own transaction."""
        with self._session(name) as session:
            for part in cypher.statement(name).parts():
                session.run(part).consume()

    def py2neo_graph(self) -> Any:
        """Return a py2neo ``Graph`` on the same database, for notebooks that still use it.

        py2neo reached its end of life in 2021: prefer `frame`, or the official driver. Raises
        ModuleNotFoundError where the extra ``[py2neo]`` is not installed.
        """
        from py2neo import Graph as Py2neoGraph

        uri, user, password = self._address
        return Py2neoGraph(uri, auth=(user, password), name=self._database)

    def revision(self) -> str:
        """Return a text that changes with every write except heartbeats of jobs, see ``graph.revision``."""
        try:
            return self._revision()
        except DatabaseUnreachable:
            # A pooled connection may have broken since its last use. The driver would pause before a retry
            # and notice late that the database is back; this method is called often, so retry at once.
            return self._revision()

    def _revision(self) -> str:
        read = self._heartbeats()
        if read == self._last_heartbeats:
            return revision_of(*read)
        for _ in range(_REREADS):
            before, read = read, self._heartbeats()
            if read == before:  # Nothing was committed between count and bookmark.
                self._last_heartbeats = read
                return revision_of(*read)
        return read[0]

    def _heartbeats(self) -> tuple[str, int]:
        """The latest bookmark, and how many heartbeats were written up to then."""
        from neo4j import Query

        statement = cypher.statement("server/revision")
        with self._session(statement.name) as session:
            (row,) = session.run(Query(statement.text, timeout=self.timeouts.query)).data()
            # The server sends its bookmark after every transaction, also after one that only reads.
            return ",".join(sorted(session.last_bookmarks().raw_values)), row["heartbeats"]

    def gds_version(self) -> str:
        """Return the version of Graph Data Science. Raises GdsMissing."""
        return str(self.single("server/gds_version")["version"])


def connect(settings: Settings, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> Graph:
    """Connect to the database of ``NEO4J_URI``, or to the managed local server.

    Raises
    ------
    NotReady
        ``NEO4J_URI`` is unset and the managed server is not running.
    InvalidRequest
        ``NEO4J_URI`` is malformed.
    DatabaseUnreachable, AccessDenied
        The server does not answer, or rejects the user or the password.
    """
    from neo4j import GraphDatabase
    from neo4j.exceptions import ConfigurationError

    uri, user, password = address(settings)
    try:
        driver = GraphDatabase.driver(uri, auth=(user, password), **driver_options(timeouts))
        bookmarks = GraphDatabase.bookmark_manager() if uri.startswith(_ROUTED) else None
        graph = Graph(
            driver, settings.neo4j_database, (uri, user, password), timeouts, settings.dataset, bookmarks
        )
        try:
            with error_mapping(uri):
                driver.verify_connectivity()
        except BaseException:
            graph.close()
            raise
    except (ConfigurationError, ValueError) as error:
        raise InvalidRequest(
            f"NEO4J_URI: {uri!r} is not a valid Neo4j address ({error}).",
            "Write it like bolt://host:7687 or neo4j+s://host.",
        ) from error
    return graph


def driver_options(timeouts: Timeouts) -> dict[str, Any]:
    """Return keyword arguments for the synchronous or the asyncio driver."""
    return {
        "connection_timeout": timeouts.connect,
        "connection_acquisition_timeout": timeouts.acquire,
        "max_transaction_retry_time": timeouts.retry,
        # Hints about queries are for developers, who see them in Browser, not for users' terminals.
        "notifications_min_severity": "OFF",
    }


def address(settings: Settings) -> tuple[str, str, str]:
    """Return URI, user and password of the database in use. Raises NotReady."""
    if settings.neo4j_uri:
        return settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password.get_secret_value()
    server = local.status(settings.home)
    if server is None:
        raise NotReady(
            "The local database is not running.",
            "Start it with `groundswell db up`, or set NEO4J_URI to use another Neo4j.",
        )
    return server.bolt, server.user, server.password


def load_statement(name: str, parameters: Row) -> cypher.Statement:
    """Return a statement. Raises TypeError where `parameters` differ from those that it declares."""
    statement = cypher.statement(name)
    if set(parameters) != set(statement.parameters):
        difference = ", ".join(sorted(set(parameters) ^ set(statement.parameters)))
        raise TypeError(f"{name}: parameters differ from the declared ones: {difference}")
    return statement
