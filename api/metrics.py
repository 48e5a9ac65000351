"""Metrics for Prometheus: requests and statements of this process, jobs and data freshness of the graph."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from graph.connection import Graph
from graph.errors import GroundswellError

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Counts requests and statements of this process; `registry` exports them together with the graph's."""

    def __init__(self, graph: Graph) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "groundswell_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "groundswell_request_seconds", "Duration of requests", ["route"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._queries = Histogram(
            "groundswell_query_seconds", "Duration of statements, including the network",
            ["statement"], buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.registry.register(_GraphMetrics(graph))
        graph.on_statement = lambda name, seconds: self._queries.labels(name).observe(seconds)

    def record_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class _GraphMetrics(Collector):
    """Metrics that are read from the graph whenever they are exported."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def collect(self) -> Iterator[Metric]:
        """Whether the database answers; if it does, jobs and freshness."""
        up = GaugeMetricFamily("groundswell_database_up", "Whether Neo4j answers")
        try:
            jobs = self._graph.run("jobs/count_jobs")
            freshness = self._graph.run("server/freshness")
        except GroundswellError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        job_counts = GaugeMetricFamily("groundswell_jobs", "Jobs by kind and state", labels=["kind", "state"])
        for row in jobs:
            job_counts.add_metric([row["kind"], row["state"]], row["jobs"])
        yield job_counts
        last_seconds = GaugeMetricFamily(
            "groundswell_last_seconds",
            "Epoch seconds of a data set's latest behaviour, import, training and forecast",
            labels=["dataset", "what"],
        )
        for row in freshness:
            for what in ("behaviour", "imported", "trained", "forecast"):
                if row[what] is not None:
                    last_seconds.add_metric([row["dataset"], what], row[what])
        yield last_seconds
