"""The import: complete, idempotent, resumable, checked."""

import pytest

from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.errors import ImportFailed, SchemaError
from graph.importing import ledger as ledgers
from graph.importing.complete_journey import CompleteJourney
from graph.importing.job import ImportReport, import_source
from graph.progress import Silent
from graph.schema import migrate
from tests.data import query

FEW = 12


def content(graph: Graph, dataset: str) -> list[dict[str, object]]:
    """Counts and sums of every relationship of a data set's users."""
    return query(
        graph,
        "MATCH (u:User {dataset: $dataset})-[r]->() RETURN type(r) AS type, count(*) AS n, "
        "round(sum(r.value), 2) AS value, sum(r.quantity) AS quantity, sum(r.weight) AS weight, "
        "sum(r.at.epochSeconds) AS at ORDER BY type",
        dataset=dataset,
    )


def test_a_second_run_changes_nothing(graph: Graph, sample: ImportReport) -> None:
    before = content(graph, sample.dataset)
    again = import_source(graph, CompleteJourney(sample.dataset, 200), Silent())
    assert again.loaded_rows == 0
    assert again.counts == sample.counts
    assert content(graph, sample.dataset) == before
    assert sample.counts["users"] == 200
    assert sample.counts["participations"] > 1000


def test_an_interrupted_import_goes_on_where_it_stopped(
    graph: Graph, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = f"{dataset}-whole"
    monkeypatch.setattr("graph.importing.table.BATCH_ROWS", 500)
    import_source(graph, CompleteJourney(whole, FEW), Silent())
    left = 30
    load_one = ledgers.Ledger._load_one

    def cut_off(self: ledgers.Ledger, batch: ledgers.Batch) -> ledgers.Batch:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return load_one(self, batch)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ledgers.Ledger, "_load_one", cut_off)
        import_source(graph, CompleteJourney(dataset, FEW), Silent())
    assert content(graph, dataset) != content(graph, whole)
    import_source(graph, CompleteJourney(dataset, FEW), Silent())
    assert content(graph, dataset) == content(graph, whole)
    query(graph, "MATCH (n) WHERE n.dataset = $dataset DETACH DELETE n", dataset=whole)


def test_an_import_cut_off_before_its_record_is_recorded_the_next_time(graph: Graph, dataset: str) -> None:
    import_source(graph, CompleteJourney(dataset, FEW), Silent())
    query(graph, "MATCH (r:Run {dataset: $d, kind: 'import'}) DELETE r", d=dataset)
    assert import_source(graph, CompleteJourney(dataset, FEW), Silent()).loaded_rows == 0
    assert describe_dataset(graph, dataset).last_day.year == 2017


def test_other_content_under_the_same_name_is_refused(graph: Graph, sample: ImportReport) -> None:
    with pytest.raises(ImportFailed, match="other content"):
        import_source(graph, CompleteJourney(sample.dataset, 199), Silent())


def test_a_count_that_differs_from_the_source_is_named(graph: Graph, dataset: str) -> None:
    import_source(graph, CompleteJourney(dataset, FEW), Silent())
    query(graph, "MATCH (:User {dataset: $d})-[r:TARGETED_BY]->() WITH r LIMIT 1 DELETE r", d=dataset)
    with pytest.raises(ImportFailed, match=r"targetings: \d+ of \d+"):
        import_source(graph, CompleteJourney(dataset, FEW), Silent())


def test_days_are_those_of_the_retailer(graph: Graph, sample: ImportReport) -> None:
    (row,) = query(
        graph,
        "MATCH (:User {dataset: $d})-[p:PURCHASED]->() RETURN min(date(p.at)) AS first, "
        "max(date(p.at)) AS last, collect(DISTINCT p.at.timezone) AS zones",
        d=sample.dataset,
    )
    # In UTC the last purchases would lie in 2018.
    assert str(row["last"]) == "2017-12-31"
    assert str(row["first"]) == "2017-01-01"
    assert row["zones"] == ["America/New_York"]


def test_migrations_are_applied_once_and_a_changed_one_is_an_error(graph: Graph) -> None:
    assert migrate(graph) == []
    (row,) = query(graph, "MATCH (m:Migration) WITH m ORDER BY m.version LIMIT 1 RETURN m.checksum AS c")
    change = "MATCH (m:Migration) WITH m ORDER BY m.version LIMIT 1 SET m.checksum = $c"
    query(graph, change, c="another")
    try:
        with pytest.raises(SchemaError, match="V001__keys was changed"):
            migrate(graph)
    finally:
        query(graph, change, c=row["c"])
