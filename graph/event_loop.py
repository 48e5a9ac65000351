"""A `Graph` for an event loop: its statements go through Neo4j's asyncio driver.

Functions that read the graph are synchronous, because the command line and the jobs call them, too.
`EventLoopGraph.call` runs such a function in a greenlet on the event loop's thread. When the function runs a
statement, its greenlet is suspended until the rows have arrived, and the event loop serves other requests
meanwhile. SQLAlchemy's asyncio extension works the same way (``sqlalchemy.util.greenlet_spawn``).
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

import pandas as pd
from greenlet import getcurrent, greenlet
from neo4j import (
    READ_ACCESS,
    AsyncGraphDatabase,
    AsyncManagedTransaction,
    AsyncResult,
    AsyncSession,
    Bookmarks,
    unit_of_work,
)
from neo4j.exceptions import DriverError, Neo4jError

import cypher
from graph.connection import Graph, Row, load_statement
from graph.revision import REVISION_STATEMENT, CountedBookmark

P = ParamSpec("P")
T = TypeVar("T")
_Collect = Callable[[AsyncResult], Coroutine[Any, Any, T]]


class EventLoopGraph(Graph):
    """Reads of `graph` by the asyncio driver, for functions that `call` runs.

    Writes, and whatever runs outside `call`, go through the synchronous driver of `graph`.

    Parameters
    ----------
    graph
        A connection to the same database; it stays open when this one is closed.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph.driver, graph.database, graph.bookmarks)
        self._graph = graph
        self.on_statement = lambda name, seconds: graph.on_statement(name, seconds)
        self._async_driver = AsyncGraphDatabase.driver(graph.database.uri, **graph.database.driver_options())

    async def aclose(self) -> None:
        """Close the connections of the asyncio driver."""
        await self._async_driver.close()

    async def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return ``function(*args, **kwargs)``; the event loop is free while its statements run.

        Its statements share one session, so that each sees at least what those before it saw; and they see
        what the synchronous driver wrote before.
        """
        # Each answer of the database resumes the innermost task from its outermost coroutine: a task of its
        # own is not resumed through all layers of the application.
        return await asyncio.create_task(self._call(function, *args, **kwargs))

    async def _call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        parent = getcurrent()
        written = None
        if self.bookmarks is not None:
            written = Bookmarks.from_raw_values(self.bookmarks.get_bookmarks())
        async with self._async_driver.session(
            database=self.database.name, bookmarks=written, default_access_mode=READ_ACCESS
        ) as session:
            child = _StatementGreenlet(function, parent)
            child.session, child.gr_context = session, parent.gr_context
            value = child.switch(*args, **kwargs)
            while not child.dead:
                try:
                    rows = await value
                except BaseException:
                    value = child.throw(*sys.exc_info())
                else:
                    value = child.switch(rows)
        return value

    def run(self, name: str, **parameters: Any) -> list[Row]:
        """The rows that the statement ``cypher/<name>.cypher`` returns, see `Graph.run`."""
        statement = load_statement(name, parameters)
        current = getcurrent()
        if not (statement.access == "read" and isinstance(current, _StatementGreenlet)):
            return self._graph.run(name, **parameters)
        return current.wait_for(self._read(current.session, statement, parameters, _rows))

    def frame(self, name: str, **parameters: Any) -> pd.DataFrame:
        """The rows as a frame, see `Graph.frame`."""
        current = getcurrent()
        if not isinstance(current, _StatementGreenlet):
            return self._graph.frame(name, **parameters)
        statement = load_statement(name, parameters)
        return current.wait_for(self._read(current.session, statement, parameters, _frame))

    def _read_bookmark(self) -> CountedBookmark:
        current = getcurrent()
        if not isinstance(current, _StatementGreenlet):
            return super()._read_bookmark()
        return current.wait_for(self._await_bookmark(current.session))

    async def _await_bookmark(self, session: AsyncSession) -> CountedBookmark:
        statement = cypher.statement(REVISION_STATEMENT)
        with self._observe(statement.name):
            rows = await _rows(await session.run(self.database.query(statement)))
            return CountedBookmark.of(await session.last_bookmarks(), rows)

    async def _read(
        self, session: AsyncSession, statement: cypher.Statement, parameters: Row, collect: _Collect[T]
    ) -> T:
        @unit_of_work(timeout=self.database.timeouts.query)
        async def work(transaction: AsyncManagedTransaction) -> T:
            return await collect(await transaction.run(statement.text, parameters))

        with self._observe(statement.name):
            try:
                # An autocommit transaction saves two round trips.
                return await collect(await session.run(self.database.query(statement), parameters))
            except (DriverError, Neo4jError) as error:
                if not error.is_retryable():
                    raise
            return await session.execute_read(work)


class _StatementGreenlet(greenlet):
    """A greenlet of `EventLoopGraph.call`, which awaits the coroutines that this one waits for."""

    session: AsyncSession

    def wait_for(self, coroutine: Coroutine[Any, Any, T]) -> T:
        assert self.parent is not None
        return self.parent.switch(coroutine)


async def _rows(result: AsyncResult) -> list[Row]:
    # Statements return plain values: `data()` would walk through each of them once more.
    names = result.keys()
    return [dict(zip(names, record, strict=True)) async for record in result]


async def _frame(result: AsyncResult) -> pd.DataFrame:
    return pd.DataFrame(await result.values(), columns=result.keys())
