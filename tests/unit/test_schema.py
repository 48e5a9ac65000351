"""Migrations wait for another process that applies one."""

import pytest
from neo4j.exceptions import Neo4jError

from graph import schema
from graph.connection import Row
from graph.errors import DatabaseRefused
from graph.schema import apply_migration, migrate, migrations


class BusyGraph:
    """An empty database whose schema another process changes: the first statements fail."""

    def __init__(self, code: str, failures: int) -> None:
        self.code, self.failures = code, failures
        self.done: list[str] = []
        self.recorded: list[str] = []

    def run(self, name: str, **parameters: object) -> list[Row]:
        if name == "schema/record":
            self.recorded.append(str(parameters["version"]))
        return []

    def run_schema(self, name: str) -> None:
        if self.failures:
            self.failures -= 1
            cause = Neo4jError._basic_hydrate(neo4j_code=self.code, message="busy")
            raise DatabaseRefused("busy", "Try again.") from cause
        self.done.append(name)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_FIRST_PAUSE", 0)


@pytest.mark.parametrize(
    "code",
    ["Neo.TransientError.Transaction.DeadlockDetected", "Neo.DatabaseError.Schema.ConstraintCreationFailed"],
)
def test_migration_is_tried_again_while_another_process_applies_one(code: str) -> None:
    graph = BusyGraph(code, 3)
    assert len(migrate(graph)) == len(migrations())  # type: ignore[arg-type]
    assert graph.done == migrations()


@pytest.mark.parametrize(
    ("code", "failures"),
    [
        ("Neo.DatabaseError.Schema.ConstraintCreationFailed", 100),
        ("Neo.DatabaseError.General.UnknownError", 1),
    ],
)
def test_error_that_stays_is_raised(code: str, failures: int) -> None:
    with pytest.raises(DatabaseRefused):
        migrate(BusyGraph(code, failures))  # type: ignore[arg-type]


def test_only_migrations_in_order_are_recorded_as_records_have_no_key_before() -> None:
    graph = BusyGraph("", 0)
    apply_migration(graph, migrations()[-1])  # type: ignore[arg-type]
    assert (graph.done, graph.recorded) == (migrations()[-1:], [])
