"""Figures for Prometheus: requests and statements of this process; jobs and freshness, from the graph."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from graph.connection import Graph
from graph.errors import GroundswellError

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Figures:
    """What this process counts, and a registry that tells it."""

    def __init__(self, graph: Graph) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "groundswell_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "groundswell_request_seconds", "How long requests took", ["route"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._queries = Histogram(
            "groundswell_query_seconds", "How long statements took, with their way there and back",
            ["statement"], buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.registry.register(_InGraph(graph))
        graph.on_statement = lambda name, seconds: self._queries.labels(name).observe(seconds)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class _InGraph(Collector):
    """Read when it is asked for."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def collect(self) -> Iterator[Metric]:
        """Whether the database answers; then jobs and freshness."""
        up = GaugeMetricFamily("groundswell_database_up", "Whether Neo4j answers")
        try:
            jobs = self._graph.run("jobs/count_jobs")
            fresh = self._graph.run("server/freshness")
        except GroundswellError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        counted = GaugeMetricFamily("groundswell_jobs", "Jobs by kind and state", labels=["kind", "state"])
        for row in jobs:
            counted.add_metric([row["kind"], row["state"]], row["jobs"])
        yield counted
        last = GaugeMetricFamily(
            "groundswell_last_seconds",
            "When a data set's last behaviour was, and when it was last imported, trained on and forecast",
            labels=["dataset", "what"],
        )
        for row in fresh:
            for what in ("behaviour", "imported", "trained", "forecast"):
                if row[what] is not None:
                    last.add_metric([row["dataset"], what], row[what])
        yield last
