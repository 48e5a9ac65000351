"""A corrected mapping or file takes effect: participations and rows follow it, and nothing stale stays."""

from pathlib import Path

import pytest

from graph.connection import Graph, Row
from graph.erasure import erase
from graph.errors import InvalidRequest, NotFound
from graph.importing import job, undo
from graph.importing.check import check_files
from graph.importing.job import import_files
from graph.importing.mapping.model import parse_mapping
from graph.importing.runs.records import import_runs
from graph.importing.undo import undo_import
from graph.importing.values.erased_users import ErasedUsers
from graph.progress import Silent
from graph.settings import Settings
from tests.data import query
from tests.shop import HEADER, Import, shop_mapping

NEVER = {"order": {"type": "ORDERED", "counts": "never"}}
COLUMNS = {"user": "user", "object": "product", "at": "at", "value": "amount"}


def behaviours(**changes: object) -> dict[str, object]:
    """The tables of the shop with other settings for its orders."""
    tables = shop_mapping("shop").model_dump(exclude_unset=True, mode="json")["tables"]
    tables["behaviours"][0] |= changes
    return {"tables": tables}


def participations(graph: Graph, dataset: str) -> list[tuple[object, object, object]]:
    rows = query(
        graph,
        "MATCH (u:User {dataset: $d})-[p:PARTICIPATED_IN]->(c) "
        "RETURN u.id AS user, toString(date(p.at)) AS day, p.weight AS weight ORDER BY day, user",
        d=dataset,
    )
    return [(row["user"], row["day"], row["weight"]) for row in rows]


def test_participations_follow_kinds_weights_and_the_rule(graph: Graph, load: Import, dataset: str) -> None:
    assert load(kinds=NEVER).participations == 0
    first = load()
    assert (first.total.loaded, first.participations, first.removed) == (0, 1, 0)
    heavier = load(kinds={"order": {"type": "ORDERED", "counts": "promoted", "weight": 2.5}})
    assert (heavier.participations, heavier.removed) == (0, 0)
    assert participations(graph, dataset) == [("a", "2024-03-02", 2.5)]
    anyone = load(kinds={"order": {"type": "ORDERED", "counts": "any"}}, participation={"targeted": False})
    assert (anyone.participations, anyone.removed) == (1, 0)
    assert participations(graph, dataset) == [("a", "2024-03-02", 1.0), ("b", "2024-03-03", 1.0)]
    never = load(kinds=NEVER)
    assert (never.participations, never.removed) == (0, 2)


def test_any_behaviour_of_any_user_counts_where_the_mapping_says_so(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    (shop / "orders.csv").write_text(HEADER + "c,mug,2024-03-31 23:59,1\nc,mug,2024-04-01 00:00,1\n")
    kinds = {"order": {"type": "ORDERED", "counts": "any"}}
    assert load(kinds=kinds).participations == 0
    assert load(kinds=kinds, participation={"targeted": False}).participations == 1
    # Appended rows are added, without the earlier ones being read again.
    with (shop / "orders.csv").open("a") as file:
        file.write("b,cup,2024-03-30 10:00,1\n")
    assert load(kinds=kinds, participation={"targeted": False}).participations == 1
    everywhere = load(kinds=kinds, participation={"targeted": False, "window": False})
    assert everywhere.participations == 1
    assert [day for _, day, _ in participations(graph, dataset)] == ["2024-03-30", "2024-03-31", "2024-04-01"]


@pytest.mark.parametrize("counts", ["promoted", "any", "named"])
def test_a_shortened_campaign_loses_the_participations_after_its_end(
    load: Import, shop: Path, counts: str
) -> None:
    (shop / "orders.csv").write_text(HEADER + "a,tea,2024-03-02 10:00,3.5\nb,tea,2024-03-03 11:00,8\n")
    kinds = {"order": {"type": "ORDERED", "counts": counts}}
    tables = behaviours(constants={"kind": "order", "campaign": "F1"})["tables"]
    assert load(kinds=kinds, tables=tables).participations == 2
    (shop / "campaigns.csv").write_text("id,starts,ends\nF1,2024-03-01,2024-03-03\n")
    report = load(kinds=kinds, tables=tables)
    assert (report.participations, report.removed) == (0, 1)
    (shop / "campaigns.csv").write_text("id,starts,ends\nF1,2024-03-03,2024-04-01\n")
    report = load(kinds=kinds, tables=tables)
    assert (report.participations, report.removed) == (1, 1)


LONG, SHORT = (f"id,starts,ends\nF1,2024-03-01,{end}\n" for end in ("2024-04-01", "2024-03-03"))


def test_a_file_that_is_set_back_is_loaded_again(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    def days(campaigns: str, city: str) -> tuple[int, int, object]:
        (shop / "campaigns.csv").write_text(campaigns)
        (shop / "users.csv").write_text(f"id,city\na,{city}\nb,Bonn\nc,Ulm\n")
        report = load(kinds={"order": {"type": "ORDERED", "counts": "any"}})
        (user,) = query(graph, "MATCH (u:User {dataset: $d, id: 'a'}) RETURN u.city AS city", d=dataset)
        return report.total.loaded, len(participations(graph, dataset)), user["city"]

    assert days(LONG, "Ulm")[1:] == (2, "Ulm")
    assert days(SHORT, "Bonn")[1:] == (1, "Bonn")
    assert days(LONG, "Ulm") == (2, 2, "Ulm")
    assert days(LONG, "Ulm") == (0, 2, "Ulm")
    undo_import(graph, dataset, 3, Silent())
    assert days(SHORT, "Bonn") == (0, 1, "Bonn")
    assert days(LONG, "Ulm")[1:] == (2, "Ulm")


def test_undo_of_added_promotions_and_targets_removes_their_participations(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    load()
    (shop / "offers.csv").write_text("campaign,product\nF1,tea\nF1,mug\n")
    assert load().participations == 1
    assert undo_import(graph, dataset, 2, Silent()).participations == 1
    assert participations(graph, dataset) == [("a", "2024-03-02", 1.0)]


def test_a_delivery_of_campaigns_alone_keeps_the_rules_of_the_behaviours(
    graph: Graph, settings: Settings, shop: Path, dataset: str
) -> None:
    first = shop_mapping(dataset, participation={"targeted": False})
    import_files(graph, settings, shop, first, Silent(), engine="stream")
    (shop / "more.csv").write_text("id,starts,ends\nF2,2024-05-01,2024-06-01\n")
    (shop / "more-offers.csv").write_text("campaign,product\nF2,tea\n")
    tables = {
        "campaigns": {"files": "more.csv", "columns": {"id": "id", "starts": "starts", "ends": "ends"}},
        "promotions": {"files": "more-offers.csv", "columns": {"campaign": "campaign", "product": "product"}},
    }
    later = shop_mapping(dataset, tables=tables, kinds={})
    report = import_files(graph, settings, shop, later, Silent(), engine="stream")
    assert (report.participations, report.removed) == (1, 0)
    assert [user for user, _, _ in participations(graph, dataset)] == ["a", "a"]


def test_undo_after_a_reading_without_new_rows_lets_the_same_command_load_again(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    assert load(kinds=NEVER).total.loaded
    assert load().total.loaded == 0
    (shop / "users.csv").write_text("id,city\nb,Bonn\na,Ulm\nc,Ulm\n")  # Read again, all unchanged.
    assert load().total.loaded == 0
    undo_import(graph, dataset, 1, Silent())
    report = load()
    assert (report.tables["users"].loaded, report.tables["behaviours"].loaded) == (3, 3)
    assert report.counts["participations"] == 1


def test_rows_found_unchanged_beside_new_ones_are_loaded_after_an_undo(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    load()
    (shop / "orders.csv").write_text(HEADER + "c,cup,2024-03-02 10:00,1\na,tea,2024-03-02 10:00,3.5\n")
    (shop / "users-2.csv").write_text("id,city\na,Ulm\nb,Bonn\nc,Ulm\n")
    second = load()
    assert (second.tables["behaviours"].loaded, second.tables["behaviours"].unchanged) == (1, 1)
    query(graph, "MATCH (u:User {dataset: $d}) SET u.import = 2", d=dataset)
    query(graph, "MATCH (:User {dataset: $d})-[l:TARGETED_BY]->() SET l.import = 2", d=dataset)
    query(graph, "MATCH (c {dataset: $d}) WHERE c:Campaign OR c:Product SET c.import = 2", d=dataset)
    undo_import(graph, dataset, 1, Silent())
    again = load()
    assert (again.tables["behaviours"].loaded, again.tables["behaviours"].unchanged) == (1, 1)
    assert again.counts["ordered"] == 2


def test_a_corrected_reading_replaces_the_earlier_one(load: Import, shop: Path) -> None:
    (shop / "orders.csv").write_text(HEADER + "a,tea,03/04/2024,3.5\nb,mug,05/04/2024,8\n")
    assert load(times=["iso", "%d/%m/%Y"]).counts["ordered"] == 2
    report = load(times=["iso", "%m/%d/%Y"])
    assert report.reloaded_imports == ["import/1"]
    assert (report.counts["ordered"], report.counts["users"], report.participations) == (2, 3, 1)
    assert load(times=["iso", "%m/%d/%Y"]).total.loaded == 0


def test_a_file_that_has_grown_is_replaced_as_well(load: Import, shop: Path) -> None:
    load()
    with (shop / "orders.csv").open("a") as file:
        file.write("b,tea,2024-03-05 08:00,4\n")
    report = load(**behaviours(columns={**COLUMNS, "store": "product"}))
    assert report.reloaded_imports == ["import/1"]
    assert (report.total.unchanged, report.counts["ordered"]) == (0, 4)


def test_another_source_of_the_same_file_replaces_nothing(load: Import) -> None:
    load()
    tables = behaviours()["tables"]
    assert isinstance(tables, dict)
    tables["behaviours"].append({**tables["behaviours"][0], "constants": {"kind": "view"}})
    kinds = {"order": {"type": "ORDERED", "counts": "promoted"}, "view": {"type": "VIEWED"}}
    report = load(tables=tables, kinds=kinds)
    assert report.counts["viewed"] == 3


def test_a_corrected_reading_is_refused_where_files_are_missing(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    load()
    (shop / "orders-2.csv").write_text(HEADER + "b,tea,2024-03-05 08:00,4\n")
    load()
    (shop / "orders-2.csv").unlink()
    with pytest.raises(InvalidRequest, match=r"in another way than by import/1.*orders-2.csv"):
        load(**behaviours(columns={**COLUMNS, "store": "product"}))
    assert [run.state for run in import_runs(graph, dataset)] == ["complete", "complete"]
    undo_import(graph, dataset, 2, Silent())
    assert load(**behaviours(columns={**COLUMNS, "store": "product"})).reloaded_imports == ["import/1"]


def test_a_reading_is_corrected_after_campaigns_were_corrected_in_place(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    load()
    load()
    (shop / "campaigns.csv").write_text("id,starts,ends\nF1,2024-03-01,2024-03-03\n")
    load()
    load()
    corrected = behaviours(columns={**COLUMNS, "store": "product"})
    report = load(**corrected)
    assert report.reloaded_imports == ["import/3", "import/1"]
    assert (report.counts["ordered"], report.counts["campaigns"]) == (3, 1)
    (campaign,) = query(
        graph, "MATCH (c:Campaign {dataset: $d}) RETURN toString(date(c.ends_at)) AS e", d=dataset
    )
    assert campaign["e"] == "2024-03-03"
    (shop / "campaigns.csv").write_text("id,starts,ends\nF2,2024-03-01,2024-03-03\n")
    with pytest.raises(InvalidRequest, match=r"loaded other content of campaigns.csv") as error:
        load()
    assert error.value.remedy.count("groundswell import undo") == 1


@pytest.mark.parametrize("point", ["changes", "finish"])
def test_an_interrupted_replacement_is_completed_by_the_same_command(
    graph: Graph, load: Import, monkeypatch: pytest.MonkeyPatch, dataset: str, point: str
) -> None:
    load()
    load(kinds=NEVER)
    run = type(graph).run

    def interrupt(self: Graph, name: str, **parameters: object) -> object:
        if name == f"undo/{point}" and parameters["import"] == 1:
            raise KeyboardInterrupt
        return run(self, name, **parameters)

    changes = behaviours(columns={**COLUMNS, "store": "product"})
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(type(graph), "run", interrupt)
        load(**changes)
    report = load(**changes)
    assert (report.run, report.counts["ordered"], report.participations) == ("import/3", 3, 1)
    # The second import loaded nothing, so that there is nothing to undo.
    assert [found.state for found in import_runs(graph, dataset)] == ["complete", "complete", "undone"]


def test_a_replacement_interrupted_between_undo_and_load_is_completed(
    load: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    load()
    changes = behaviours(columns={**COLUMNS, "store": "product"})

    def interrupt(*arguments: object) -> None:
        undo.replace_import(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(job, "replace_import", interrupt)
        load(**changes)
    report = load(**changes)
    assert (report.run, report.counts["ordered"], report.participations) == ("import/2", 3, 1)


def test_a_planned_campaign_does_not_lose_its_users_in_silence(
    graph: Graph, load: Import, dataset: str
) -> None:
    load()
    query(
        graph,
        "MATCH (u:User {dataset: $d, id: 'a'}) "
        "CREATE (u)-[:TARGETED_BY]->(:Campaign {dataset: $d, id: 'plan', planned: true})",
        d=dataset,
    )
    with pytest.raises(InvalidRequest, match="planned campaigns: plan"):
        load(**behaviours(columns={**COLUMNS, "store": "product"}))


def test_changed_lines_are_reported_and_appended_ones_are_not(
    load: Import, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load()
    with (shop / "orders.csv").open("a") as file:
        file.write("b,tea,2024-03-05 08:00,4\n")
    assert load().warnings == []
    text = (shop / "orders.csv").read_text()
    (shop / "orders.csv").write_text(text.replace("a,tea,2024-03-02 10:00,3.5", "a,tea,2024-03-02 10:00,4.5"))

    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    # The import that finishes one which was killed after its last batch says so, too.
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(job, "derive_participations", killed)
        load()
    report = load()
    assert report.run == "import/3"
    assert [warning.text for warning in report.warnings] == [
        "orders.csv: earlier lines were changed; rows loaded from them before stay. To replace all of "
        "them, undo import/2, import/1 first."
    ]
    assert report.counts["ordered"] == 5


def test_a_user_targeted_after_another_was_erased_counts(
    graph: Graph, settings: Settings, load: Import, shop: Path, dataset: str
) -> None:
    (shop / "orders.csv").write_text(HEADER + "a,tea,2024-03-02 10:00,3.5\nc,tea,2024-03-04 10:00,3.5\n")
    assert load().participations == 1
    erase(graph, settings, dataset, "a")
    with (shop / "targets.csv").open("a") as file:
        file.write("c,F1\n")
    report = load()
    assert (report.participations, report.counts["participations"]) == (1, 1)


def test_an_erased_user_stays_erased_in_every_import_until_she_may_return(
    graph: Graph, settings: Settings, load: Import, shop: Path, dataset: str
) -> None:
    def of_a() -> list[Row]:
        return query(
            graph,
            "MATCH (u:User {dataset: $d, id: 'a'}) RETURN u.city AS city, "
            "COUNT {(u)-[:ORDERED]->()} AS orders, COUNT {(u)-[:TARGETED_BY]->()} AS targetings, "
            "COUNT {(u)-[:PARTICIPATED_IN]->()} AS took_part",
            d=dataset,
        )

    load()
    (before,) = of_a()
    erase(graph, settings, dataset, "a")
    assert load().total.loaded == 0 and not of_a()
    (shop / "users.csv").write_text("id,city\na,Kiel\nb,Bonn\nc,Ulm\n")
    (shop / "orders-2.csv").write_text(HEADER + "a,tea,2024-03-05 10:00,1\nb,tea,2024-03-05 10:00,1\n")
    report = load(max_rejected=0)
    assert (report.tables["behaviours"].loaded, report.total.rejected, of_a()) == (1, 0, [])
    assert report.left_out == [
        "users.csv: 1 row was left out, of erased users.",
        "orders-*.csv: 1 row was left out of behaviours, of erased users.",
    ]
    # `import check` leaves them out as well: one user, one targeting and three orders.
    erased = ErasedUsers.of_graph(graph, dataset)
    checked = check_files(shop, shop_mapping(dataset), Silent(), erased=erased)
    assert (checked.total.rejected, checked.total.left_out) == (0, 5)
    # Another reading of the orders loads everything anew, without her.
    assert load(tables=behaviours(columns=COLUMNS | {"quantity": "amount"})["tables"]).reloaded_imports
    assert not of_a()
    removed = erase(graph, settings, dataset, "a", may_return=True).removed
    assert removed == {"hash of the erased id": 1}
    with pytest.raises(NotFound):
        erase(graph, settings, dataset, "a", may_return=True)
    load(tables=behaviours(columns=COLUMNS | {"quantity": "amount"})["tables"])
    assert of_a() == [{**before, "city": "Kiel", "orders": before["orders"] + 1, "took_part": 2}]
    assert len(query(graph, "MATCH (:User {dataset: $d})-[o:ORDERED]->() RETURN o", d=dataset)) == 5


@pytest.mark.parametrize("first", ["keep", "drop"])
def test_a_changed_rule_for_duplicates_reads_the_rows_again(load: Import, shop: Path, first: str) -> None:
    (shop / "orders.csv").write_text(HEADER + "a,tea,2024-03-02 10:00,3.5\n" * 3)
    ordered = {"keep": 3, "drop": 1}
    assert load(duplicates=first).counts["ordered"] == ordered.pop(first)
    ((other, expected),) = ordered.items()
    report = load(duplicates=other)
    assert (report.reloaded_imports, report.counts["ordered"]) == (["import/1"], expected)


def test_campaigns_of_uses_can_come_from_a_table_later(
    graph: Graph, settings: Settings, tmp_path: Path, dataset: str
) -> None:
    (tmp_path / "orders.csv").write_text("user,sku,on,amount,code\na,tea,2024-03-05,150,MARCH\n")
    orders = {"user": "user", "object": "sku", "at": "on", "value": "amount", "campaign": "code"}
    uses = {"files": "orders.csv", "window": "uses", "columns": {"id": "code", "at": "on"}}
    table = {"files": "campaigns.csv", "columns": {"id": "id", "starts": "from", "ends": "to"}}

    def load_with(campaigns: dict[str, object], **settings_of_orders: object) -> list[str]:
        behaviours = {"files": "orders.csv", "columns": orders, "constants": {"kind": "order"}}
        content = {
            "dataset": dataset,
            "zone": "UTC",
            "tables": {"campaigns": campaigns, "behaviours": behaviours | settings_of_orders},
            "kinds": {"order": {"type": "ORDERED", "counts": "named"}},
        }
        mapping = parse_mapping(content, "test")
        return import_files(graph, settings, tmp_path, mapping, Silent()).reloaded_imports

    assert not load_with(uses)
    (tmp_path / "campaigns.csv").write_text("id,from,to\nMARCH,2024-03-01,2024-04-01\n")
    # The values are read in another way, too.
    assert load_with(table, numbers={"divide_by": 100}) == ["import/1"]
