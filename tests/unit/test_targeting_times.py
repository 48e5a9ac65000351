"""A time that only some target users have may state what they did, not when the campaign reached them."""

from pathlib import Path

import pytest

from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.inference.infer_again import infer_again
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

USERS = 8
NONE = "none of them"


def write(folder: Path, header: str, *times: str) -> None:
    """Write a campaign of February with two orders of each user: on the 3rd and on the 20th."""
    days = [(user, day) for user in range(USERS) for day in (3, 20)]
    orders = "".join(f"o{user}-{day},c{user},2024-02-{day:02} 12:00,tea,5.00\n" for user, day in days)
    rows = "".join(f"O1,c{user},{times[user % len(times)]}\n" for user in range(USERS))
    files = {
        "orders": f"order_id,customer_id,order_date,sku,amount\n{orders}",
        "offers": "offer_id,start_date,end_date\nO1,2024-02-01,2024-02-29\n",
        "offer_assignments": f"offer_id,customer_id,{header}\n{rows}",
    }
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)


def check(folder: Path, text: str) -> Check:
    return check_files(folder, parse_mapping(load_yaml(text), "test"), Silent())


@pytest.mark.parametrize(("answer", "targeted", "counting"), [("activated_at", 4, 4), (NONE, 8, 16)])
def test_time_that_some_targetings_lack_is_asked_about(
    tmp_path: Path, answer: str, targeted: int, counting: int
) -> None:
    write(tmp_path, "activated_at", "", "2024-02-15 10:00")
    text = infer_mapping(tmp_path, "bank", "UTC")
    (question,) = resolve_questions(load_yaml(text))[1]
    assert question.path == "tables.targetings.0.columns.at"
    assert question.choose == ("activated_at", NONE)
    assert "activated_at is empty in 4 of 8 rows" in question.ask
    again = infer_again(tmp_path, write_answers(text, [answer]))
    assert again is not None
    report = check(tmp_path, again.text)
    assert report.tables["targetings"].loaded == targeted
    assert report.tally.counts["purchase"].counting == counting
    assert report.warnings == []


def test_several_times_of_targetings_are_asked_about(tmp_path: Path) -> None:
    write(tmp_path, "assigned_at,activated_at", "2024-02-01 09:00,", "2024-02-02 09:00,2024-02-15 10:00")
    (question,) = resolve_questions(load_yaml(infer_mapping(tmp_path, "bank", "UTC")))[1]
    assert question.choose == ("assigned_at", "activated_at", NONE)
    assert "assigned_at is in all rows, activated_at is empty in 4 of 8 rows" in question.ask


def test_time_of_sending_is_taken_before_what_users_did(tmp_path: Path) -> None:
    write(tmp_path, "opened_at,sent_at", "2024-02-15 10:00,2024-02-02 09:00", ",2024-02-02 09:00")
    mapping = load_yaml(infer_mapping(tmp_path, "bank", "UTC"))
    assert mapping["tables"]["targetings"][0]["columns"]["at"] == "sent_at"


def test_time_of_sending_that_some_lack_is_kept_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path, "sent_at", "", "2024-02-15 10:00")
    text = infer_mapping(tmp_path, "bank", "UTC")
    assert "4 rows have no sent_at" in text
    (warning,) = check(tmp_path, text).warnings
    assert (warning.code, warning.count) == ("targetings_without_time", 4)
    assert "4 of 8 targetings have no sent_at" in warning.text


def test_time_of_all_targetings_is_taken(tmp_path: Path) -> None:
    write(tmp_path, "assigned_at", "2024-02-02 09:00")
    text = infer_mapping(tmp_path, "bank", "UTC")
    assert load_yaml(text)["tables"]["targetings"][0]["columns"]["at"] == "assigned_at"
    assert check(tmp_path, text).warnings == []
