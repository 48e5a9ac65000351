"""Remedies suit whoever asks: a command, a request, or words for the page."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.page.i18n import ENGLISH, get_translator
from api.page.remedies import page_remedies, page_remedy
from api.problems import add_problem_handlers
from api.serializers.remedies import action_of, remedy_of
from api.server_connection import ServerConnection
from graph.errors import NotReady
from graph.remedies import ACTIONS, Remedy

ROOT = Path(__file__).parents[2]
LAYERS = ("graph", "network", "forecasting", "jobs", "api")
ARGUMENTS = {"campaign": "18", "number": 3, "dataset": "shop"}
SERVER_ONLY = ("keys", "db", "serve", "import init", "import undo")
"""Commands that no operation of the API replaces."""

OF_ALL = {"import data", "list imports", "allow rejected rows", "name data set", "list jobs"}
"""Actions that need no data set: a mapping names it, or they list those of all."""


def remedy_arguments() -> Iterator[tuple[str, ast.expr]]:
    """The place and the last argument of every call that creates an error or a problem."""
    for layer in LAYERS:
        for path in (ROOT / layer).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and is_error(node) and len(node.args) > 1:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[-1]


def is_error(call: ast.Call) -> bool:
    from graph import errors

    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    kind = getattr(errors, name, None)
    return name == "problem" or (isinstance(kind, type) and issubclass(kind, errors.GroundswellError))


def texts(expression: ast.expr) -> str:
    return "".join(
        node.value
        for node in ast.walk(expression)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_no_error_words_an_action_for_one_kind_of_user_only() -> None:
    found = list(remedy_arguments())
    assert len(found) > 150
    wrong = []
    for place, remedy in found:
        if isinstance(remedy, ast.Call):  # Remedy(...)
            continue
        text = texts(remedy)
        commands = re.findall(r"groundswell ((?:import )?[a-z-]+)", text)
        server_only = place.startswith("graph/server") or all(command in SERVER_ONLY for command in commands)
        if not server_only or re.search(r"(GET|POST|DELETE) /v1|\?dataset", text):
            wrong.append(f"{place}: {text}")
    assert wrong == []


def remedies() -> Iterator[tuple[str, object, set[str | None]]]:
    """The place, the action and the names of the arguments of every remedy."""
    for layer in (*LAYERS, "cli"):
        for path in (ROOT / layer).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Remedy":
                    arguments = {keyword.arg for keyword in node.keywords}
                    for name in node.args[1:]:
                        if isinstance(name, ast.Constant):
                            yield f"{path.relative_to(ROOT)}:{node.lineno}", name.value, arguments


def named_commands() -> Iterator[tuple[str, str]]:
    """The place and the words of every command that a text of the code names."""
    for layer in (*LAYERS, "network", "cli"):
        for path in (ROOT / layer).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    for command in re.findall(r"`groundswell ([^`]*)", node.value):
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", command


def test_every_command_that_a_text_names_exists() -> None:
    from typer.main import get_command

    from cli.main import app

    actions = [(name, action.command.partition("groundswell ")[2]) for name, action in ACTIONS.items()]
    found = [*named_commands(), *actions]
    assert len(found) > 50
    wrong = []
    for place, text in found:
        group = get_command(app)
        for word in text.split():
            commands = getattr(group, "commands", None)
            if commands is None or word == "..." or word.startswith("-"):
                break
            if word not in commands:
                wrong.append(f"{place}: {text}")
                break
            group = commands[word]
    assert wrong == []


def test_every_remedy_names_a_known_action() -> None:
    names = [name for _, name, _ in remedies()]
    assert len(names) > 15
    assert set(names) == set(ACTIONS)


def test_every_remedy_for_a_data_set_names_it() -> None:
    without = [
        place for place, name, arguments in remedies() if name not in OF_ALL and "dataset" not in arguments
    ]
    assert without == []


def test_remedy_reads_as_a_command_and_as_a_request() -> None:
    remedy = Remedy("Build one", "build network", cutoff="2017-11-27", dataset="my shop", origin=None)
    assert remedy == "Build one: `groundswell network build --cutoff 2017-11-27 --dataset 'my shop'`."
    body = '{"cutoff": "2017-11-27", "dataset": "my shop"}'
    assert remedy.request == f"Build one: POST /v1/networks with {body}."
    plan = Remedy("Forecast it", "plan campaign", campaign="a/b; rm", dataset="shop")
    assert plan == "Forecast it: `groundswell plan 'a/b; rm' --dataset shop`."
    assert plan.request == "Forecast it: POST /v1/campaigns/a%2Fb%3B%20rm/plan?dataset=shop."
    retrain = Remedy("Train again", "train model", retrain=True)
    assert retrain == "Train again: `groundswell train --retrain`."
    assert retrain.request == 'Train again: POST /v1/models with {"retrain": true}.'
    listing = Remedy("List the networks", "list networks", dataset="shop").after("There are others.")
    assert listing.request == "There are others. List the networks: GET /v1/networks?dataset=shop."


@pytest.mark.parametrize("action", ACTIONS)
def test_http_response_has_a_command_only_if_no_operation_replaces_it(action: str) -> None:
    app, remedy = FastAPI(), Remedy("Do it", action, **ARGUMENTS)
    add_problem_handlers(app)

    @app.get("/")
    def fail() -> None:
        raise NotReady("It is not ready.", remedy)

    problem = TestClient(app).get("/").json()
    assert problem["remedy"] == remedy.request
    is_command_only = ACTIONS[action].request is None
    assert ("groundswell " in problem["remedy"] or "--" in problem["remedy"]) == is_command_only
    restored = Remedy.from_parts(problem["action"])
    assert restored == remedy
    assert str(restored) == str(remedy)


def test_client_gets_the_command() -> None:
    remedy = Remedy("Train one", "train model", cutoff="2017-11-27", dataset="shop")
    app = FastAPI()
    add_problem_handlers(app)

    @app.get("/")
    def fail() -> None:
        raise NotReady("There is no model.", remedy)

    connection = ServerConnection("http://testserver")
    connection._http = TestClient(app)
    with pytest.raises(NotReady) as error:
        connection._send("GET /")
    assert error.value.remedy == "Train one: `groundswell train --cutoff 2017-11-27 --dataset shop`."
    assert remedy_of(remedy.request, action_of(remedy)) == remedy


@pytest.mark.parametrize(
    "parts", [None, "x", {}, {"name": "unknown", "reason": "x", "arguments": {}}, {"name": "train model"}]
)
def test_unknown_parts_are_no_remedy(parts: object) -> None:
    assert Remedy.from_parts(parts) is None


def test_parts_survive_json() -> None:
    remedy = Remedy("Finish the undo", "undo import", number=3, dataset="shop")
    assert Remedy.from_parts(json.loads(json.dumps(remedy.parts()))) == remedy


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_page_names_a_page_or_a_button(language: str) -> None:
    translate = get_translator(language)
    words = page_remedies(translate)
    assert set(words) <= set(ACTIONS)
    for action in words:
        remedy = page_remedy(Remedy("Do it", action, **ARGUMENTS), translate)
        assert "groundswell" not in remedy
        assert "/v1" not in remedy
    assert page_remedy("Choose another id.", translate) == "Choose another id."


def test_page_without_a_button_states_the_command() -> None:
    remedy = Remedy("Finish the undo", "undo import", number=3, dataset="shop")
    assert "`groundswell import undo 3 --dataset shop`" in page_remedy(remedy, ENGLISH)


def test_unknown_path_and_method_have_a_remedy() -> None:
    app = FastAPI()
    add_problem_handlers(app)
    client = TestClient(app)
    assert "/docs" in client.get("/v1/nothing").json()["remedy"]
    assert "Allow" in client.delete("/openapi.json").json()["remedy"]
