"""A user takes part from the moment at which a campaign targets them: in the check, the run and the graph."""

from pathlib import Path

import pytest

from graph.connection import Graph
from graph.errors import InvalidRequest
from graph.importing.check import check_files
from graph.importing.undo import undo_import
from graph.progress import Silent
from tests.data import query
from tests.shop import Import, shop_mapping

TARGETS = "user,campaign,at\na,F1,\nb,F1,2024-03-05 09:00\nc,F1,2024-02-20\n"
MOMENTS = [
    ("a", "2024-03-02 10:00"),
    ("b", "2024-03-02 10:00"),  # Three days before the campaign targets b.
    ("b", "2024-03-05 08:00"),  # An hour before.
    ("b", "2024-03-05"),  # On that day, without a time of day.
    ("b", "2024-03-06 10:00"),
    ("c", "2024-03-02 10:00"),
]
LINE = "act: 6 behaviours, 4 count; 2 of users whom the campaign had not targeted by then."
MOMENTS_OF_B = ["b 2024-03-02T10:00", "b 2024-03-05T00:00", "b 2024-03-05T08:00", "b 2024-03-06T10:00"]
COUNTING = ["a 2024-03-02T10:00", "b 2024-03-05T00:00", "b 2024-03-06T10:00", "c 2024-03-02T10:00"]


def participations(graph: Graph, dataset: str) -> list[object]:
    rows = query(
        graph,
        "MATCH (u:User {dataset: $d})-[p:PARTICIPATED_IN]->() "
        "RETURN u.id + ' ' + left(toString(localdatetime(p.at)), 16) AS part ORDER BY part",
        d=dataset,
    )
    return [row["part"] for row in rows]


def targeted(graph: Graph, dataset: str) -> list[object]:
    rows = query(
        graph,
        "MATCH (u:User {dataset: $d})-[r:TARGETED_BY]->() "
        "RETURN u.id + ' ' + toString(date(r.at)) AS target ORDER BY target",
        d=dataset,
    )
    return [row["target"] for row in rows]


def late_targets(shop: Path, counts: str, object_: str, name: str) -> dict[str, object]:
    """Write behaviours and targetings, and return the changes of the mapping."""
    (shop / "targets.csv").write_text(TARGETS)
    (shop / "codes.csv").write_text("code,campaign\nX,F1\n")
    rows = "".join(f"{user},{name},{at},F1\n" for user, at in MOMENTS)
    (shop / "acts.csv").write_text("user,object,at,campaign\n" + rows)
    tables = shop_mapping("shop").model_dump(exclude_unset=True, mode="json")["tables"]
    tables["targetings"][0]["columns"]["at"] = "at"
    tables["coupons"] = [{"files": "codes.csv", "columns": {"id": "code", "campaign": "campaign"}}]
    columns = {column: column for column in ("user", "object", "at", "campaign")}
    tables["behaviours"] = [{"files": "acts.csv", "columns": columns, "constants": {"kind": "act"}}]
    kinds = {"act": {"type": "ACTED", "object": object_, "counts": counts}}
    return {"tables": tables, "kinds": kinds}


@pytest.mark.parametrize(
    ("counts", "object_", "name"),
    [
        ("promoted", "product", "tea"),
        ("any", "product", "mug"),
        ("named", "product", "mug"),
        ("named", "coupon", "X"),
        ("named", "campaign", "F1"),
    ],
)
def test_behaviours_before_the_targeting_do_not_count(
    graph: Graph, load: Import, shop: Path, dataset: str, counts: str, object_: str, name: str
) -> None:
    changes = late_targets(shop, counts, object_, name)
    assert check_files(shop, shop_mapping(dataset, **changes), Silent()).tally.lines() == [LINE]
    report = load(**changes)
    assert (report.tally, report.participations) == ([LINE], 4)
    assert participations(graph, dataset) == COUNTING


def test_targetings_at_a_stated_time_stay_where_their_campaign_is_shifted(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    changes = late_targets(shop, "promoted", "product", "tea")
    rows = "a,F1,2024-03-01\nb,F1,2024-03-05\n"

    def times(starts: str) -> list[object]:
        (shop / "campaigns.csv").write_text(f"id,starts,ends\nF1,{starts},2024-04-01\n")
        (shop / "targets.csv").write_text("user,campaign,at\n" + rows)
        load(**changes)
        return targeted(graph, dataset)

    own = ["a 2024-03-01", "b 2024-03-05"]
    assert times("2024-03-01") == own
    assert times("2024-03-05") == own
    undo_import(graph, dataset, 2, Silent())
    assert targeted(graph, dataset) == own
    # Before the first of them.
    assert times("2024-02-20") == own


def test_targetings_have_the_first_of_their_times(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    changes = late_targets(shop, "promoted", "product", "tea")
    (shop / "targets.csv").write_text(
        "user,campaign,at\nb,F1,2024-03-20\na,F1,2024-03-20\nb,F1,2024-03-05\na,F1,\n"
    )
    load(**changes)
    assert targeted(graph, dataset) == ["a 2024-03-01", "b 2024-03-05"]


def test_earliest_targeting_of_all_imports_counts(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    changes = late_targets(shop, "promoted", "product", "tea")

    def add(*rows: str) -> tuple[int, list[object], list[object]]:
        with (shop / "targets.csv").open("a") as file:
            file.writelines(row + "\n" for row in rows)
        report = load(**changes)
        assert load(**changes).total.loaded == 0
        return report.tables["targetings"].loaded, targeted(graph, dataset), participations(graph, dataset)

    (shop / "targets.csv").write_text("user,campaign,at\na,F1,2024-02-20\nb,F1,2024-03-06\n")
    late = (["a 2024-02-20", "b 2024-03-06"], ["a 2024-03-02T10:00", "b 2024-03-06T10:00"])
    assert add() == (2, *late)
    # Twice in one delivery; a later one changes nothing.
    earlier = ["b 2024-03-05T00:00", "b 2024-03-06T10:00"]
    moved = (["a 2024-02-20", "b 2024-03-05"], [late[1][0], *earlier])
    assert add("b,F1,2024-03-05 09:00", "b,F1,2024-03-05 09:00", "a,F1,2024-03-20") == (1, *moved)
    started = add("b,F1,")
    assert started == (1, ["a 2024-02-20", "b 2024-03-01"], [late[1][0], *MOMENTS_OF_B])
    with pytest.raises(InvalidRequest, match="import/5"):
        undo_import(graph, dataset, 3, Silent())
    for number, expected in ((5, moved), (3, late)):
        undo_import(graph, dataset, number, Silent())
        assert (targeted(graph, dataset), participations(graph, dataset)) == expected


def test_targetings_without_a_time_follow_the_start_of_their_campaign(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    changes = late_targets(shop, "promoted", "product", "tea")
    (shop / "campaigns.csv").write_text("id,starts,ends\nF1,2024-03-04,2024-04-01\n")
    load(**changes)
    before = ["b 2024-03-05T00:00", "b 2024-03-06T10:00"]
    assert participations(graph, dataset) == before
    (shop / "campaigns.csv").write_text("id,starts,ends\nF1,2024-03-01,2024-04-01\n")
    load(**changes)
    assert participations(graph, dataset) == COUNTING
    undo_import(graph, dataset, 2, Silent())
    assert participations(graph, dataset) == before
    load(**changes)
    assert participations(graph, dataset) == COUNTING
