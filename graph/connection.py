"""The one way to run Cypher: a query runner over the official driver.

Everything above asks a `Graph` for a statement of ``cypher/`` by name; tests may hand in their own
runner of the same shape.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import pandas as pd
from neo4j import Driver, GraphDatabase, ManagedTransaction, Query, Session, unit_of_work
from neo4j.exceptions import ConfigurationError, DriverError, Neo4jError

import cypher
from graph.error_mapping import translated
from graph.errors import DatabaseUnreachable, InvalidRequest, NotReady
from graph.server import local
from graph.settings import Settings

Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How many seconds to wait: for a connection, for a free one, for what is transient to pass, and for a
    statement to end (None: as long as it takes).
    """

    connect: float = 10.0
    acquire: float = 60.0
    retry: float = 30.0
    query: float | None = None


PATIENT = Patience()


@dataclass(frozen=True)
class Outcome:
    """The rows a statement returned, and what it made."""

    rows: list[Row]
    relationships_created: int


class Transaction:
    """Runs statements inside one transaction."""

    def __init__(self, transaction: ManagedTransaction) -> None:
        self._transaction = transaction

    def run(self, name: str, **parameters: Any) -> Outcome:
        """Run the statement ``cypher/<name>.cypher``."""
        one = cypher.statement(name)
        check_parameters(one, parameters)
        result = self._transaction.run(one.text, parameters)
        rows = result.data()
        return Outcome(rows, result.consume().counters.relationships_created)


class Graph:
    """A connection to one database. Threads may share it."""

    def __init__(
        self,
        driver: Driver,
        database: str,
        address: tuple[str, str, str],
        patience: Patience = PATIENT,
        default_dataset: str = "",
    ) -> None:
        self._driver = driver
        self._database = database
        self._address = address
        self.patience = patience
        self.default_dataset = default_dataset
        """The data set that the settings name, or an empty text."""
        self._timed = unit_of_work(timeout=patience.query)
        self.watch: Callable[[str, float], None] = lambda _statement, _seconds: None
        """Told of every statement, and how many seconds it took."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._driver.close()

    def run(self, name: str, **parameters: Any) -> list[Row]:
        """The rows that the statement ``cypher/<name>.cypher`` returns.

        Transient errors (a deadlock, a leader change) are retried by the driver. Raises what ``translated``
        does, and TypeError where the parameters are not the declared ones.
        """
        one = cypher.statement(name)
        check_parameters(one, parameters)

        def work(transaction: ManagedTransaction) -> list[Row]:
            return transaction.run(one.text, parameters).data()

        with self._talk(name) as session:
            if not one.reads:
                return session.execute_write(self._timed(work))
            try:
                # A transaction of its own costs two more journeys to the database than the statement does.
                return session.run(Query(one.text, timeout=self.patience.query), parameters).data()
            except (DriverError, Neo4jError) as error:
                if not error.is_retryable():
                    raise
            return session.execute_read(self._timed(work))

    def together(self, work: Callable[["Transaction"], T]) -> T:
        """What `work` returns, everything it ran in one transaction: all of it takes effect, or nothing.

        `work` is called again where a transient error (a deadlock, a leader change) undid it.
        """
        with self._talk("(several)") as session:
            return session.execute_write(self._timed(lambda transaction: work(Transaction(transaction))))

    def run_in_parts(self, name: str, **parameters: Any) -> list[Row]:
        """Run a statement that commits by itself (CALL { ... } IN TRANSACTIONS)."""
        one = cypher.statement(name)
        check_parameters(one, parameters)
        with self._talk(name) as session:
            return session.run(one.text, parameters).data()

    def single(self, name: str, **parameters: Any) -> Row:
        """The only row of a statement that always returns one."""
        (row,) = self.run(name, **parameters)
        return row

    def frame(self, name: str, **parameters: Any) -> pd.DataFrame:
        """The rows as a frame; its columns are there even when no row is."""
        one = cypher.statement(name)
        check_parameters(one, parameters)
        with self._talk(name) as session:

            def work(transaction: ManagedTransaction) -> pd.DataFrame:
                result = transaction.run(one.text, parameters)
                return pd.DataFrame(result.values(), columns=result.keys())

            return session.execute_read(self._timed(work))

    @contextmanager
    def _talk(self, name: str) -> Iterator[Session]:
        began = time.perf_counter()
        try:
            with translated(), self._driver.session(database=self._database) as session:
                yield session
        finally:
            self.watch(name, time.perf_counter() - began)

    def run_schema(self, name: str) -> None:
        """Run every statement of a schema file, each in a transaction of its own."""
        with translated(), self._driver.session(database=self._database) as session:
            for part in cypher.statement(name).parts():
                session.run(part).consume()

    def py2neo_graph(self) -> Any:
        """A py2neo ``Graph`` on the same database, for notebooks that still use it.

        py2neo reached its end of life in 2021: prefer `frame`, or the official driver. Raises
        ModuleNotFoundError where the extra ``[py2neo]`` is not installed.
        """
        from py2neo import Graph as Py2neoGraph

        uri, user, password = self._address
        return Py2neoGraph(uri, auth=(user, password), name=self._database)

    def revision(self) -> str:
        """A text that changes whenever anything was written to the database: its bookmark."""
        try:
            return self._bookmark()
        except DatabaseUnreachable:
            # A connection may have broken since it was last used. The driver itself would pause before it
            # tries again, and be late to see a database that is back: whoever wants to know looks often.
            return self._bookmark()

    def _bookmark(self) -> str:
        with self._talk("(revision)") as session:
            # The server tells it with every transaction, also with one that only reads.
            session.run(Query("RETURN 1", timeout=self.patience.query)).consume()
            return ",".join(sorted(session.last_bookmarks().raw_values))

    def gds_version(self) -> str:
        """The version of Graph Data Science. Raises GdsMissing."""
        return str(self.single("server/gds_version")["version"])


def connect(settings: Settings, patience: Patience = PATIENT) -> Graph:
    """The database of ``NEO4J_URI``, or the managed local server's.

    Raises NotReady where the managed server is not running, DatabaseUnreachable and AccessDenied.
    """
    uri, user, password = address(settings)
    try:
        driver = GraphDatabase.driver(uri, auth=(user, password), **driver_options(patience))
        graph = Graph(driver, settings.neo4j_database, (uri, user, password), patience, settings.dataset)
        try:
            with translated(uri):
                driver.verify_connectivity()
        except BaseException:
            graph.close()
            raise
    except (ConfigurationError, ValueError) as error:
        raise InvalidRequest(
            f"{uri} is no address of a Neo4j ({error}).",
            "Write NEO4J_URI like bolt://host:7687 or neo4j+s://host.",
        ) from error
    return graph


def driver_options(patience: Patience) -> dict[str, Any]:
    """Keyword arguments of the driver, synchronous or asyncio, for these timeouts."""
    return {
        "connection_timeout": patience.connect,
        "connection_acquisition_timeout": patience.acquire,
        "max_transaction_retry_time": patience.retry,
        # Advice about queries is for developers, who see it in Browser; not for users' terminals.
        "notifications_min_severity": "OFF",
    }


def address(settings: Settings) -> tuple[str, str, str]:
    """URI, user and password of the database in use. Raises NotReady."""
    if settings.neo4j_uri:
        return settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password.get_secret_value()
    server = local.status(settings.home)
    if server is None:
        raise NotReady(
            "The local database is not running.",
            "Start it with `groundswell db up`, or set NEO4J_URI to use another Neo4j.",
        )
    return server.bolt, server.user, server.password


def check_parameters(one: cypher.Statement, parameters: Row) -> None:
    """Raise TypeError where the parameters differ from those that the statement declares."""
    if set(parameters) != set(one.parameters):
        odd = ", ".join(sorted(set(parameters) ^ set(one.parameters)))
        raise TypeError(f"{one.name}: parameters differ from the declared ones: {odd}")
