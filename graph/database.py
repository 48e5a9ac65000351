"""Which database to use, and what all drivers of it have in common."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import cypher
from graph.errors import NotReady
from graph.server import local
from graph.settings import Settings

if TYPE_CHECKING:
    from neo4j import Query

_ROUTED = "neo4j"  # The schemes neo4j, neo4j+s and neo4j+ssc route to the members of a cluster.


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


@dataclass(frozen=True)
class Database:
    """The address of a database, and the options of its drivers.

    Attributes
    ----------
    uri, user, password
        The server and the user.
    name
        Name of the database on the server.
    timeouts
        Time limits.
    default_dataset
        The data set that the settings name, or an empty text.
    """

    uri: str
    user: str
    password: str = field(repr=False)
    name: str
    timeouts: Timeouts = DEFAULT_TIMEOUTS
    default_dataset: str = ""

    @classmethod
    def of(cls, settings: Settings, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> Self:
        """Return the database of ``NEO4J_URI``, or the managed local one.

        Raises
        ------
        NotReady
            ``NEO4J_URI`` is unset and the managed server is not running.
        """
        if settings.neo4j_uri:
            password = settings.neo4j_password.get_secret_value()
            uri, user = settings.neo4j_uri, settings.neo4j_user
        else:
            server = local.status(settings.home)
            if server is None:
                raise NotReady(
                    "The local database is not running.",
                    "Start it with `groundswell db up`, or set NEO4J_URI to use another Neo4j.",
                )
            uri, user, password = server.bolt, server.user, server.password
        return cls(uri, user, password, settings.neo4j_database, timeouts, settings.dataset)

    @property
    def is_routed(self) -> bool:
        """Whether the driver routes statements to the members of a cluster."""
        return self.uri.startswith(_ROUTED)

    def driver_options(self) -> dict[str, Any]:
        """Return keyword arguments for the synchronous or the asyncio driver."""
        return {
            "auth": (self.user, self.password),
            "connection_timeout": self.timeouts.connect,
            "connection_acquisition_timeout": self.timeouts.acquire,
            "max_transaction_retry_time": self.timeouts.retry,
            # Hints about queries are for developers, who see them in Browser, not for users' terminals.
            "notifications_min_severity": "OFF",
        }

    def query(self, statement: cypher.Statement) -> "Query":
        """Return the text of a statement with the time limit, as the driver accepts it."""
        from neo4j import Query

        return Query(statement.text, timeout=self.timeouts.query)
