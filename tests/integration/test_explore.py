"""The saved questions answer, on real data, with what their headers promise."""

import pytest
from neo4j.graph import Node, Path, Relationship

import cypher
from forecasting.forecasts import forecast_campaign
from forecasting.records import ModelRun
from graph.connection import Graph
from graph.importing.job import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from tests.data import CAMPAIGN

# On a sample of 200 households nothing may be left to answer with.
MAY_BE_EMPTY = {
    "chains_of_influence",
    "products_that_drew_nobody",
    "shared_key_users",
    "sleeping_key_users",
    "what_participants_buy",
}


@pytest.fixture(scope="module")
def told(graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun) -> str:
    forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent(), model.cutoff)
    return sample.dataset


def test_there_are_enough_questions() -> None:
    assert len(cypher.questions()) >= 20


@pytest.mark.parametrize("one", cypher.questions(), ids=lambda one: one.name.rpartition("/")[2])
def test_a_question_is_answered(graph: Graph, told: str, one: cypher.Statement) -> None:
    assert set(one.defaults) == set(one.parameters)
    assert one.title.endswith("?")
    with graph._driver.session(database=graph._database) as session:
        rows = list(session.run(one.text, {**one.defaults, "dataset": told}))
    assert rows or one.name.rpartition("/")[2] in MAY_BE_EMPTY
    if one.returns.startswith("graph:"):
        assert all(isinstance(value, Node | Path | Relationship) for row in rows for value in row.values())
    else:
        promised = [column.partition(" (")[0].strip() for column in one.returns.split(", ")]
        assert not rows or promised[0] in rows[0].keys()  # noqa: SIM118 (a record is no mapping)
