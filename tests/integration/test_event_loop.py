"""Synchronous reads on an event loop: same rows and errors as without it, and the loop is not blocked."""

import asyncio
import time
from dataclasses import replace

import pytest
from neo4j.exceptions import ClientError

import cypher
from graph.connection import Graph, connect
from graph.database import Timeouts
from graph.datasets import describe_dataset
from graph.errors import DatabaseUnreachable, NotFound
from graph.event_loop import EventLoopGraph
from graph.importing.report import ImportReport
from graph.settings import Settings


def test_calls_return_the_same_rows_and_errors(graph: Graph, sample: ImportReport) -> None:
    async def compare() -> None:
        reads = EventLoopGraph(graph)
        try:
            rows = await reads.call(reads.run, "runs/datasets")
            assert rows == graph.run("runs/datasets")
            frame = await reads.call(reads.frame, "campaigns/list", dataset=sample.dataset, before=None)
            assert frame.equals(graph.frame("campaigns/list", dataset=sample.dataset, before=None))
            with pytest.raises(NotFound, match="no data set 'nowhere'"):
                await reads.call(describe_dataset, reads, "nowhere")
        finally:
            await reads.aclose()

    asyncio.run(compare())


def test_event_loop_is_free_while_statements_run(graph: Graph, sample: ImportReport) -> None:
    async def count_ticks() -> int:
        reads, ticks = EventLoopGraph(graph), 0
        try:
            read = asyncio.create_task(reads.call(_read_repeatedly, reads, sample.dataset))
            while not read.done():
                await asyncio.sleep(0)
                ticks += 1
            await read
        finally:
            await reads.aclose()
        return ticks

    assert asyncio.run(count_ticks()) > 20


def _read_repeatedly(graph: Graph, dataset: str) -> None:
    for _ in range(20):
        graph.run("campaigns/list", dataset=dataset, before=None)


def test_statements_outside_a_call_use_the_synchronous_driver(graph: Graph) -> None:
    async def read() -> None:
        reads = EventLoopGraph(graph)
        await reads.aclose()
        assert reads.run("server/gds_version") == graph.run("server/gds_version")

    asyncio.run(read())


def test_errors_of_the_asyncio_driver_are_mapped(settings: Settings, sample: ImportReport) -> None:
    assert sample
    with connect(settings, Timeouts(retry=1)) as graph:
        graph.database = replace(graph.database, uri="bolt://127.0.0.1:1")

        async def read() -> None:
            reads = EventLoopGraph(graph)
            started = time.monotonic()
            try:
                with pytest.raises(DatabaseUnreachable):
                    await reads.call(reads.run, "runs/datasets")
            finally:
                await reads.aclose()
            assert time.monotonic() - started < 20

        asyncio.run(read())


def test_read_on_the_event_loop_cannot_write(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    write_statement = replace(cypher.statement("server/gds_version"), text="CREATE (node) RETURN 1 AS value")
    monkeypatch.setattr("graph.event_loop.load_statement", lambda _name, _parameters: write_statement)

    async def read() -> None:
        reads = EventLoopGraph(graph)
        try:
            await reads.call(reads.run, "server/gds_version")
        finally:
            await reads.aclose()

    with pytest.raises(ClientError, match="read access mode"):
        asyncio.run(read())
