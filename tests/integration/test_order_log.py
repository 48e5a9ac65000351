"""An order log alone: users and products come from it, campaigns later, and every count is explained."""

from datetime import date
from pathlib import Path

import pytest

from forecasting.history.campaigns import campaign_list
from forecasting.plans.campaigns import NewCampaign, create_campaign, remove_planned
from graph.connection import Graph
from graph.importing.check import check_files
from graph.importing.job import import_files
from graph.progress import Silent
from graph.settings import Settings
from tests.command_line import database_environment, groundswell
from tests.shop import HEADER, Import, shop_mapping

TABLES = shop_mapping("shop").model_dump(exclude_unset=True, mode="json")["tables"]
ORDERS_ALONE = {"behaviours": TABLES["behaviours"]}


def test_an_order_log_alone_is_loaded_and_says_that_campaigns_can_follow(load: Import) -> None:
    report = load(tables=ORDERS_ALONE)
    assert report.counts == {"users": 2, "products": 2, "ordered": 3}
    unread, warning = report.warnings[-1], report.warnings[0]
    assert warning.code == "no_participations"
    assert "no campaigns yet" in warning.text
    # The folder has more files than the mapping reads.
    assert (unread.code, unread.count) == ("unread_files", 4)


def test_an_import_without_behaviours_says_that_nothing_can_be_forecast(load: Import) -> None:
    report = load(tables={"users": TABLES["users"]}, kinds={})
    assert [warning.code for warning in report.warnings] == ["no_behaviours", "unread_files"]


def test_a_campaign_created_later_derives_participations_of_earlier_behaviours(
    graph: Graph, load: Import, dataset: str
) -> None:
    load(tables=ORDERS_ALONE)
    days = {"starts": date(2024, 3, 1), "ends": date(2024, 3, 31)}
    create_campaign(graph, dataset, NewCampaign("tea", "Tea", **days, users=["a", "b"], products=["tea"]))
    create_campaign(graph, dataset, NewCampaign("mug", "Mugs", **days, users=["a"], products=["mug"]))
    participants = campaign_list(graph, dataset).set_index("id")["participants"]
    assert participants.to_dict() == {"tea": 1, "mug": 0}
    # With the next import, too, they are what the rules say.
    report = load(tables=ORDERS_ALONE, participation={"targeted": False})
    assert (report.participations, report.counts["participations"]) == (1, 2)
    remove_planned(graph, dataset, "tea")
    assert campaign_list(graph, dataset)["participants"].tolist() == [1]


def test_the_command_line_adds_a_campaign_to_an_order_log(
    settings: Settings, load: Import, dataset: str, tmp_path: Path
) -> None:
    load(tables=ORDERS_ALONE)

    def output_of(*arguments: str) -> str:
        done = groundswell("campaigns", *arguments, "--dataset", dataset, **database_environment(settings))
        assert done.returncode == 0, done.stderr
        return " ".join(done.stdout.split())

    days = ("--starts", "2024-03-01", "--ends", "2024-03-31")
    (tmp_path / "users.txt").write_text("\ufeffa\nb\n\n", encoding="utf-8")
    (tmp_path / "products.txt").write_text("tea\n")
    lists = ("--users", str(tmp_path / "users.txt"), "--products", str(tmp_path / "products.txt"))
    added = output_of("add", "tea", *days, *lists)
    assert added == (
        "Added the ended campaign tea, 2024-03-01 to 2024-03-31: "
        "2 users are targeted, and 1 took part so far."
    )
    assert "No behaviour counts for it." in output_of("add", "mug", *days)
    assert "tea" in output_of()
    assert output_of("remove", "tea") == "Removed the campaign tea."
    assert "tea" not in output_of("--json")


def test_every_behaviour_is_counted_with_its_reason(
    graph: Graph, settings: Settings, shop: Path, dataset: str, load: Import
) -> None:
    (shop / "orders.csv").write_text(
        HEADER
        + "a,tea,2024-03-02 10:00,1\nb,tea,2024-03-03 10:00,1\n"  # Count.
        + "c,tea,2024-03-04 10:00,1\n"  # Not targeted.
        + "a,mug,2024-03-05 10:00,1\n"  # Not promoted.
        + "a,tea,2024-05-05 10:00,1\na,mug,2024-05-05 10:00,1\n"  # Outside the window.
        + "nobody,tea,2024-03-06 10:00,1\n"
    )
    lines = [
        "order: 6 behaviours, 2 count; 2 outside every window, 1 inside one, but not of a promoted product, "
        "1 of users whom the campaign had not targeted by then.",
        "Behaviours rejected because their user is unknown: 1.",
    ]
    assert check_files(shop, shop_mapping(dataset), Silent()).tally.lines() == lines
    report = load()
    assert report.tally == lines
    assert report.participations == 2
    with (shop / "orders.csv").open("a") as file:
        file.write("b,tea,2024-03-08 10:00,1\n")
    assert import_files(graph, settings, shop, shop_mapping(dataset), Silent(), engine="stream").tally[0] == (
        "order: 7 behaviours, 3 count; 2 outside every window, 1 inside one, but not of a promoted product, "
        "1 of users whom the campaign had not targeted by then."
    )  # Rejected rows make the block be read again.


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kinds": {"order": {"type": "ORDERED"}}}, "no kind of behaviour does"),
        ({"tables": {**TABLES, "promotions": []}}, "Map `promotions`, or the column `campaign`"),
        ({"kinds": {"order": {"type": "ORDERED", "counts": "named"}}}, "Map `promotions`, or the column"),
        ({"kinds": {"order": {"type": "ORDERED"}, "b": {"type": "B", "counts": "any"}}}, "no behaviours of"),
    ],
)
def test_nothing_that_counts_is_explained(
    load: Import, shop: Path, dataset: str, changes: dict[str, object], reason: str
) -> None:
    if "tables" in changes:
        changes = {"tables": {name: table for name, table in changes["tables"].items() if table}}  # type: ignore[attr-defined]
    check = check_files(shop, shop_mapping(dataset, **changes), Silent())
    assert reason in check.warnings[0].text
    for report in (load(**changes), load(**changes)):  # Also where no row is read again.
        codes = [warning.code for warning in report.warnings]
        assert [code for code in codes if code != "unread_files"] == ["no_participations"]
        assert reason in report.warnings[0].text


@pytest.mark.parametrize(
    ("counts", "participants"),
    [
        ("promoted", {"F1": ["b"], "OPEN": ["a", "b", "c"]}),
        ("any", {"F1": ["b"], "OPEN": ["a", "b", "c"]}),
        ("named", {"F1": [], "OPEN": ["c"]}),
    ],
)
def test_a_campaign_without_targeted_users_is_open_to_all(
    graph: Graph, load: Import, shop: Path, dataset: str, counts: str, participants: dict[str, list[str]]
) -> None:
    (shop / "campaigns.csv").write_text(
        "id,starts,ends\nF1,2024-03-01,2024-04-01\nOPEN,2024-03-01,2024-04-01\n"
    )
    (shop / "targets.csv").write_text("user,campaign\nb,F1\n")
    (shop / "offers.csv").write_text("campaign,product\nF1,tea\nOPEN,tea\n")
    rows = "".join(
        f"{user},tea,2024-03-0{day} 10:00,1,{name}\n"
        for user, day, name in (("a", 2, "F1"), ("b", 3, ""), ("c", 4, "OPEN"))
    )
    (shop / "orders.csv").write_text("user,product,at,amount,campaign\n" + rows)
    (orders,) = TABLES["behaviours"]
    orders = {**orders, "columns": {**orders["columns"], "campaign": "campaign"}}
    rules = {
        "tables": {**TABLES, "behaviours": [orders]},
        "kinds": {"order": {"type": "ORDERED", "counts": counts}},
        "participation": {"targeted": "mixed"},
    }
    expected = sum(map(len, participants.values()))
    report = load(**rules)
    assert report.participations == expected
    (warning,) = [warning for warning in report.warnings if warning.code == "open_campaigns"]
    assert warning.text.startswith("1 of 2 campaigns targets nobody and counts as open to all: OPEN. If")
    checked = check_files(shop, shop_mapping(dataset, **rules), Silent())
    assert warning in checked.warnings
    found = campaign_list(graph, dataset).set_index("id")["participants"].to_dict()
    assert found == {campaign: len(users) for campaign, users in participants.items()}
    # Once it targets users, others no longer count.
    (shop / "targets.csv").write_text("user,campaign\nb,F1\nb,OPEN\n")
    assert "open_campaigns" not in [warning.code for warning in load(**rules).warnings]
    found = campaign_list(graph, dataset).set_index("id")["participants"].to_dict()
    assert found["OPEN"] == ("b" in participants["OPEN"])


def test_users_whom_no_campaign_targeted_are_explained(shop: Path, dataset: str) -> None:
    (shop / "targets.csv").write_text("user,campaign\nc,F1\n")
    check = check_files(shop, shop_mapping(dataset), Silent())
    assert "Compare the users and times in `targetings` and `behaviours`" in check.warnings[0].text


@pytest.mark.parametrize(
    ("year", "reason"),
    [("2023", "outside the windows of all campaigns"), ("2025", "begins after the last behaviour")],
)
def test_behaviours_outside_every_window_are_explained(
    load: Import, shop: Path, year: str, reason: str
) -> None:
    (shop / "campaigns.csv").write_text(f"id,starts,ends\nF1,{year}-03-01,{year}-04-01\n")
    assert reason in load().warnings[0].text


@pytest.mark.parametrize("kind", ["redeem", "click", "attributed"])
def test_the_tally_of_named_campaigns_equals_the_participations(load: Import, shop: Path, kind: str) -> None:
    (shop / "codes.csv").write_text("code,campaign\nX,F1\nY,F2\nX,F2\n")
    (shop / "campaigns.csv").write_text(
        "id,starts,ends\nF1,2024-03-01,2024-04-01\nF2,2024-03-15,2024-05-01\n"
    )
    (shop / "targets.csv").write_text("user,campaign\na,F1\na,F2\nb,F1\n")
    rows = {
        "redeem": "a,X,2024-03-02 10:00,\na,Y,2024-03-02 11:00,\nb,X,2024-03-16 10:00,F2\nb,Z,2024-03-03,\n",
        "click": "a,F1,2024-03-02 10:00,\nb,F2,2024-03-20 10:00,\na,F2,2024-03-02 10:00,\n",
        "attributed": "a,tea,2024-03-02 10:00,F1\na,tea,2024-03-02 10:00,\nb,mug,2024-03-20 10:00,F2\n",
    }
    (shop / "acts.csv").write_text("user,object,at,campaign\n" + rows[kind])
    columns = {name: name for name in ("user", "object", "at", "campaign")}
    tables = {
        **TABLES,
        "coupons": {"files": "codes.csv", "columns": {"id": "code", "campaign": "campaign"}},
        "behaviours": {"files": "acts.csv", "columns": columns, "constants": {"kind": "act"}},
    }
    objects = {"redeem": "coupon", "click": "campaign", "attributed": "product"}
    kinds = {"act": {"type": "ACTED", "object": objects[kind], "counts": "named"}}
    report = load(tables=tables, kinds=kinds, unknown={"coupons": "add"})
    assert report.participations == 1
    assert ", 1 count" in report.tally[0]
