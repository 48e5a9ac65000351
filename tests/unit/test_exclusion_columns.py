"""Orders that are taken back are no purchases, in whatever form an export states it."""

from pathlib import Path

import pytest

from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.questions import resolve_questions
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.vocabulary.order_statuses import meaning_of


def source_of(folder: Path, header: str, *rows: str, file: str = "orders.csv") -> dict:
    """Write a file of orders and return the source drafted for it, without open questions."""
    (folder / file).write_text("\n".join((header, *rows)) + "\n")
    mapping, questions = resolve_questions(load_yaml(infer_mapping(folder, zone="UTC")))
    assert not questions
    return next(source for source in mapping["tables"]["behaviours"] if source["files"] == file)


@pytest.mark.parametrize(
    ("column", "values", "rule"),
    [
        ("is_cancelled", "false true false", {"is_not": ["true"]}),
        ("Refunded?", "No No Yes", {"is_not": ["Yes"]}),
        ("storniert", "0 1 0", {"is_not": ["1"]}),
        ("test order", "false false true", {"is_not": ["true"]}),
        ("cancelled_at", "- 2024-03-02 -", {"empty": True}),
        ("return reason", "- - late", {"empty": True}),
        ("returned_quantity", "0 2 0", {"sign": "not_positive"}),
        ("quantity_cancelled", "0 2 0", {"sign": "not_positive"}),
        ("refund", "0.00 5.50 0.00", {"sign": "not_positive"}),
        ("returned", "0 2 0", {"sign": "not_positive"}),
        ("Stage", "Paid Cancelled Paid", {"is_not": ["Cancelled"]}),
        ("Situação", "Entregue Devolvido Entregue", {"is_not": ["Devolvido"]}),
    ],
)
def test_orders_taken_back_are_left_out(tmp_path: Path, column: str, values: str, rule: dict) -> None:
    rows = [f"{i},u{i},tea,2024-03-01,2,5.50,{value.strip('-')}" for i, value in enumerate(values.split())]
    source = source_of(tmp_path, f"order_id,user_id,product,date,quantity,amount,{column}", *rows)
    assert source["where"] == {column: rule}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("is_cancelled", "false false false"),
        ("return_deadline", "- 2024-03-30 -"),
        ("returnable", "no yes no"),
        ("rental return date", "2024-03-04 2024-03-05 2024-03-06"),
        ("test", "a - -"),
        ("customer type", "new returning new"),
    ],
)
def test_other_columns_leave_nothing_out(tmp_path: Path, column: str, values: str) -> None:
    rows = [f"{i},u{i},tea,2024-03-01,2,5.50,{value.strip('-')}" for i, value in enumerate(values.split())]
    source = source_of(tmp_path, f"order_id,user_id,product,date,quantity,amount,{column}", *rows)
    assert "where" not in source


def test_charges_are_no_products(tmp_path: Path) -> None:
    rows = (
        "a,tea,2024-03-01",
        "a,Shipping,2024-03-01",
        "b,Frais de port,2024-03-02",
        "b,Shipping box,2024-03-02",
    )
    source = source_of(tmp_path, "user_id,product,date", *rows)
    assert source["where"] == {"product": {"is_not": ["Shipping", "Frais de port"]}}


def test_negative_amounts_are_returns(tmp_path: Path) -> None:
    source = source_of(
        tmp_path,
        "user_id,product,date,amount",
        "a,tea,2024-03-01,5.50",
        "b,tea,2024-03-02,3",
        "a,tea,2024-03-05,-5.50",
    )
    assert source["kinds"] == [{"kind": "return", "where": {"amount": {"sign": "negative"}}}]


def test_amounts_that_are_mostly_negative_say_nothing_of_returns(tmp_path: Path) -> None:
    source = source_of(
        tmp_path,
        "user_id,product,date,amount",
        "a,tea,2024-03-01,-5.50",
        "b,tea,2024-03-02,-3",
        "a,tea,2024-03-05,5.50",
    )
    assert "kinds" not in source


@pytest.mark.parametrize(
    ("file", "time", "kind"),
    [
        ("returns.csv", "return_date", "return"),
        ("Retouren 2024.csv", "datum", "return"),
        ("product_views.csv", "date", "view"),
        ("log.csv", "viewed_at", "view"),
        ("wishlists.csv", "created_at", "fav"),
        ("cart_orders.csv", "date", "purchase"),
        ("export.csv", "received_at", "purchase"),
    ],
)
def test_the_name_of_a_file_states_its_kind(tmp_path: Path, file: str, time: str, kind: str) -> None:
    rows = ("a,tea,2024-03-01", "b,milk,2024-03-02", "a,milk,2024-03-03")
    source = source_of(tmp_path, f"customer_id,product_id,{time}", *rows, file=file)
    assert source["constants"] == {"kind": kind}


def test_opens_of_a_newsletter_are_no_targetings(tmp_path: Path) -> None:
    rows = ("News,a@x.org,2024-03-01 10:00", "News,b@x.org,2024-03-02 11:00")
    source = source_of(tmp_path, "Campaign,Email Address,Opened At", *rows, file="opens.csv")
    assert source["constants"] == {"kind": "open"}


def test_the_total_of_an_order_is_no_amount_of_its_lines(tmp_path: Path) -> None:
    rows = [f"{order},u,p{line},2024-03-01,1,{line}.00,{order}9.00" for order in range(4) for line in (1, 2)]
    source = source_of(tmp_path, "order_id,user_id,sku,date,quantity,unit_price,order_total", *rows)
    assert "value" not in source["columns"]
    assert source["columns"]["unit_price"] == "unit_price"


def test_equal_amounts_of_all_lines_are_prices(tmp_path: Path) -> None:
    rows = [f"{order},u,p{line},2024-03-01,9.99" for order in range(4) for line in (1, 2)]
    source = source_of(tmp_path, "order_id,user_id,sku,date,amount", *rows)
    assert source["columns"]["value"] == "amount"


@pytest.mark.parametrize(
    ("meaning", "statuses"),
    [
        (
            "excluded",
            "Cancelado|Devolvido|Anulowane|Zwrócone|İptal|İade|Başarısız|Отменён|Возврат",
        ),
        (
            "excluded",
            "キャンセル|返品|취소|반품완료|ملغي|Annulleret|Återbetald|Zrušeno|Peruttu|Törölt|Declined",
        ),
        (
            "purchase",
            "Entregue|Opłacone|Teslim edildi|Доставлен|発送済み|배송완료|تم التوصيل|Levererad",
        ),
        ("unknown", "Returning|Returnable|No|Maybe"),
    ],
)
def test_statuses_are_known_in_further_languages(meaning: str, statuses: str) -> None:
    assert {status: meaning_of(status) for status in statuses.split("|")} == dict.fromkeys(
        statuses.split("|"), meaning
    )
