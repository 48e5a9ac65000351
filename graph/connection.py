"""Runs the statements of ``cypher/`` over the official Neo4j driver.

All other modules run a statement by its name through a `Graph`; tests may pass an object with the same
methods. The driver is imported where it is used: it imports numpy and pandas, which commands without a
database should not wait for.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

import cypher
from graph.database import DEFAULT_TIMEOUTS, Database, Timeouts
from graph.error_mapping import error_mapping
from graph.errors import InvalidRequest
from graph.revision import REVISION_STATEMENT, CountedBookmark, RevisionReader
from graph.settings import Settings

if TYPE_CHECKING:
    import pandas as pd
    from neo4j import BookmarkManager, Driver, ManagedTransaction, Result, Session

# The driver logs each transaction that it repeats, and each attempt to connect. Without a handler, Python
# prints that to the terminal; a program that configures logging still receives it.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

Row = dict[str, Any]
T = TypeVar("T")


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
        The database that the driver connects to.
    bookmarks
        Needed on a cluster. A single server shows what was written without it, and would wait for the
        bookmarks of a store that a restore or a bulk import replaced.
    """

    def __init__(
        self, driver: "Driver", database: Database, bookmarks: "BookmarkManager | None" = None
    ) -> None:
        self.driver = driver
        self.database = database
        self.bookmarks = bookmarks
        self.on_statement: Callable[[str, float], None] = lambda _name, _seconds: None
        """Called after each statement with its name and its duration in seconds."""
        self._revision = RevisionReader(self._read_bookmark)

    @property
    def default_dataset(self) -> str:
        """The data set that the settings name, or an empty text."""
        return self.database.default_dataset

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self.driver.close()

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

    def run_once(self, name: str, **parameters: Any) -> list[Row]:
        """Run a statement as `run` does, but without the driver's retries, which may take half a minute."""
        statement = load_statement(name, parameters)
        with self._session(name) as session:
            return session.run(self.database.query(statement), parameters).data()

    def transaction(self, work: Callable[["Transaction"], T]) -> T:
        """Call `work` in one write transaction: all of its statements take effect, or none.

        The driver calls `work` again after a transient error (a deadlock, a leader change).

        Returns
        -------
        T
            The result of `work`.
        """
        from neo4j import unit_of_work

        timed = unit_of_work(timeout=self.database.timeouts.query)
        with self._session("(several)") as session:
            return session.execute_write(timed(lambda transaction: work(Transaction(transaction))))

    def single(self, name: str, **parameters: Any) -> Row:
        """Run a statement that always returns exactly one row, and return it."""
        (row,) = self.run(name, **parameters)
        return row

    def each(self, name: str, convert: Callable[[Row], T], **parameters: Any) -> list[T]:
        """Run a statement as `run` does; convert each row as it arrives, so that only results are held."""
        statement = load_statement(name, parameters)
        return self._execute(
            statement, parameters, lambda result: [convert(record.data()) for record in result]
        )

    def frame(self, name: str, **parameters: Any) -> "pd.DataFrame":
        """Run a statement as `run` does and return a frame, which has all columns even without rows."""
        return self._execute(load_statement(name, parameters), parameters, lambda result: result.to_df())

    def _execute(self, statement: cypher.Statement, parameters: Row, transform: Callable[["Result"], T]) -> T:
        from neo4j import RoutingControl

        reads = statement.access == "read"
        with self._observe(statement.name):
            return self.driver.execute_query(
                self.database.query(statement),
                parameters,
                routing_=RoutingControl.READ if reads else RoutingControl.WRITE,
                database_=self.database.name,
                bookmark_manager_=self.bookmarks,
                result_transformer_=transform,
            )

    @contextmanager
    def _session(self, name: str) -> Iterator["Session"]:
        with (
            self._observe(name),
            self.driver.session(database=self.database.name, bookmark_manager=self.bookmarks) as session,
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

        database = self.database
        return Py2neoGraph(database.uri, auth=(database.user, database.password), name=database.name)

    def revision(self) -> str:
        """Return a text that changes with every write except heartbeats of jobs, see ``graph.revision``."""
        return self._revision.read()

    def _read_bookmark(self) -> CountedBookmark:
        statement = cypher.statement(REVISION_STATEMENT)
        with self._session(statement.name) as session:
            rows = session.run(self.database.query(statement)).data()
            # The server sends its bookmark after every transaction, also after one that only reads.
            return CountedBookmark.of(session.last_bookmarks(), rows)

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

    database = Database.of(settings, timeouts)
    try:
        driver = GraphDatabase.driver(database.uri, **database.driver_options())
        graph = Graph(driver, database, GraphDatabase.bookmark_manager() if database.is_routed else None)
        try:
            with error_mapping(database.uri):
                driver.verify_connectivity()
        except BaseException:
            graph.close()
            raise
    except (ConfigurationError, ValueError) as error:
        raise InvalidRequest(
            f"NEO4J_URI: {database.uri!r} is not a valid Neo4j address ({error}).",
            "Write it like bolt://host:7687 or neo4j+s://host.",
        ) from error
    return graph


def load_statement(name: str, parameters: Row) -> cypher.Statement:
    """Return a statement. Raises TypeError where `parameters` differ from those that it declares."""
    statement = cypher.statement(name)
    if set(parameters) != set(statement.parameters):
        difference = ", ".join(sorted(set(parameters) ^ set(statement.parameters)))
        raise TypeError(f"{name}: parameters differ from the declared ones: {difference}")
    return statement
