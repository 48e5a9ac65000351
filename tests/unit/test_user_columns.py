"""The column of users: of several, the one whose values identify them."""

from pathlib import Path

import pytest

from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import UnansweredQuestions
from graph.importing.mapping.yaml_text import load_yaml

CLIENTS = ("Gmail", "Outlook", "iPhone")


def write_opens(folder: Path, header: str, rows: int = 600) -> str:
    lines = [
        f"nl-{n % 4},reader{n % 90}@example.org,2024-03-{n % 28 + 1:02d} 10:00:00,{CLIENTS[n % 3]}\n"
        for n in range(rows)
    ]
    (folder / "opens.csv").write_text(header + "".join(lines))
    return infer_mapping(folder, "news", "UTC")


def test_programs_that_open_emails_are_no_users(tmp_path: Path) -> None:
    text = write_opens(tmp_path, "newsletter_id,email,opened_at,client\n")
    assert "user: email" in text
    assert "not used of opens.csv: client" in text


def test_where_only_a_few_values_are_named_as_users_the_column_is_a_question(tmp_path: Path) -> None:
    text = write_opens(tmp_path, "newsletter_id,reader,opened_at,client\n")
    with pytest.raises(UnansweredQuestions) as error:
        parse_mapping(load_yaml(text), "test")
    (question,) = [question for question in error.value.questions if question.path.endswith("user")]
    assert {"reader", "client"} <= set(question.choose)


def test_a_few_users_of_a_small_shop_are_users(tmp_path: Path) -> None:
    assert "user: client" in write_opens(tmp_path, "newsletter_id,email,opened_at,client\n", rows=60)


def test_recipients_are_no_programs(tmp_path: Path) -> None:
    rows = "".join(f"nl-{n % 4},reader{n % 90}@example.org,2024-03-05,{CLIENTS[n % 3]}\n" for n in range(600))
    (tmp_path / "recipients.csv").write_text(f"newsletter_id,email,sent_at,client\n{rows}")
    assert "user: email" in infer_mapping(tmp_path, "news", "UTC")
