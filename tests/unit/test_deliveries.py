"""Three hundred deliveries: each is loaded exactly as written, or asked about, or refused with the reason."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from graph.errors import GroundswellError
from graph.importing.check import check_files
from graph.importing.engines.resolve import Resolver
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.questions import Question, UnansweredQuestions, write_answers
from graph.importing.reading.input_files import open_input_files
from graph.importing.values.observer import Observer
from graph.progress import Silent
from tests.deliveries import COUNTED, ZONE, Delivery, write_delivery

SEEDS = range(300)
Loaded = Counter[tuple[object, ...]]


@pytest.mark.parametrize("first", SEEDS[::25])
def test_no_delivery_is_silently_wrong(tmp_path: Path, first: int) -> None:
    for seed in range(first, first + 25):
        delivery = write_delivery(tmp_path / str(seed), seed)
        outcome = read(delivery)
        assert outcome in expected(delivery), f"{delivery}: {outcome}"


def expected(delivery: Delivery) -> set[str]:
    if delivery.undecidable in ("dates", "numbers"):
        return {f"asked about {delivery.undecidable}"}
    if delivery.undecidable:
        what = delivery.undecidable.partition(" ")[0]
        return {f"asked about {what}", f"refused because of {what}"}
    return {"loaded"}


def read(delivery: Delivery) -> str:
    """Return what became of a delivery: loaded (exactly), asked, refused, or what is wrong."""
    text = infer_mapping(delivery.folder, "shop", ZONE)
    asked = ""
    try:
        mapping = parse_mapping(yaml.safe_load(text), "mapping")
    except UnansweredQuestions as error:
        about = {"numbers" if "numbers" in question.path else "dates" for question in error.questions}
        if len(about) > 1 or delivery.undecidable.endswith("contradict"):
            return f"asked about {' and '.join(sorted(about))}"
        asked = f"asked about {about.pop()}"
        answers = [true_answer(delivery, question) for question in error.questions]
        mapping = parse_mapping(yaml.safe_load(write_answers(text, answers)), "mapping")
    try:
        outcome = compare(delivery, mapping)
    except GroundswellError as error:
        for what, word in (("dates", "date"), ("numbers", "number")):
            if word in str(error):
                return f"refused because of {what}"
        return f"refused: {error}"
    return asked if asked and outcome == "loaded" else outcome


def true_answer(delivery: Delivery, question: Question) -> str:
    """Return the answer of whoever wrote the delivery."""
    if "numbers" in question.path:
        decimal = "," if delivery.numbers == "1.234,50" else "."
        return next(choice for choice in question.choose if choice[-3] == decimal)
    if delivery.dates in COUNTED:
        return COUNTED[delivery.dates]
    day_first = delivery.dates.startswith(("d/", "d-"))
    return next(
        choice for choice in question.choose if (choice.index("%d") < choice.index("%m")) is day_first
    )


def compare(delivery: Delivery, mapping: Mapping) -> str:
    """Return `loaded` if the accepted rows are exactly those of the delivery, else the differences."""
    check = check_files(delivery.folder, mapping, Silent())
    loaded, windows = load(delivery.folder, mapping)
    truth: Loaded = Counter(
        (
            order.user,
            order.product,
            order.milliseconds,
            order.quantity,
            order.value,
            order in delivery.returns,
        )
        for order in delivery.orders + delivery.returns
    )
    if loaded != truth:
        return f"missing {list((truth - loaded).items())[:2]}, wrong {list((loaded - truth).items())[:2]}"
    rejected = delivery.cut + (delivery.total and "products" in delivery.tables)
    if check.total.rejected != rejected or check.total.left_out != delivery.guests + delivery.total:
        return f"{check.total.rejected} rows rejected, {check.total.left_out} left out: {check.reasons}"
    if "campaigns" in delivery.tables and windows != delivery.windows:
        return f"windows {windows} instead of {delivery.windows}"
    return "loaded"


def load(folder: Path, mapping: Mapping) -> tuple[Loaded, dict[str, tuple[int, int]]]:
    """Return the accepted behaviours, and the windows of the campaigns in milliseconds since the epoch."""
    loaded: Loaded = Counter()
    windows = {}
    for resolved in Resolver(mapping, Observer(mapping)).run(
        open_input_files(folder, mapping, Silent()), Silent()
    ):
        columns = {name: column.to_pylist() for name, column in resolved.rows.columns.items()}
        if resolved.source.table == "campaigns":
            moments = zip(columns["starts"], columns["ends"], strict=True)
            windows |= dict(zip(columns["id"], moments, strict=True))
        if resolved.source.table == "behaviours":
            returned = [kind == "return" for kind in columns["kind"]]
            names = ("user", "object", "at", "quantity", "value")
            loaded.update(zip(*(columns[name] for name in names), returned, strict=True))
    return loaded, windows
