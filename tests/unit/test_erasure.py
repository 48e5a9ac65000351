"""Which texts contain an id as a whole word."""

import os
from functools import partial
from pathlib import Path

import pytest

from graph.erased_files import _erase_from_log, _erase_from_path
from graph.erased_texts import UserEraser
from graph.importing.uploads import receive, remove_stale_uploads, remove_upload
from graph.settings import Settings


@pytest.mark.parametrize(
    ("user", "text", "erased"),
    [
        ("12", "12", "(erased)"),
        ("12", "a, 12, b", "a, (erased), b"),
        ("12", "a;12;2024-03-12", "a;(erased);2024-03-12"),
        ("12", '{"user":12,"other":"12"}', '{"user":(erased),"other":"(erased)"}'),
        ("12", "12.0, 12.00", "(erased), (erased)"),
        ("12", "See user 12.", "See user (erased)."),
        ("12", "123, 012, 12a, A-12, 12-b, 1.12, 12.5, 12@shop.example, a_12", None),
        ("Anna@shop.example", "x,anna@shop.example", "x,(erased)"),
        ("anna@shop.example", "joanna@shop.example, anna@shop.example.org", None),
        ("a+b (c)", "a+b (c)|a+b", "(erased)|a+b"),
    ],
)
def test_only_the_whole_id_is_erased(user: str, text: str, erased: str | None) -> None:
    assert UserEraser(user).in_value(text) == (text if erased is None else erased)


def test_numbers_in_sentences_are_erased_only_if_quoted() -> None:
    sentence = "12:12:12 12 of 34 rows: '12' and \"12\" are not among the users."
    assert UserEraser("12").in_sentence(sentence) == (
        "12:12:12 12 of 34 rows: '(erased)' and \"(erased)\" are not among the users."
    )
    assert UserEraser("K12").in_sentence("User K12 occurs twice.") == "User (erased) occurs twice."


def test_stale_uploads_are_removed_and_data_sets_stay(tmp_path: Path) -> None:
    settings = Settings(GROUNDSWELL_HOME=tmp_path)
    kept_file = tmp_path / "imports" / "upload-x" / "1" / "rejected.csv"
    kept_file.parent.mkdir(parents=True)
    kept_file.write_text("file,row,column,value,reason\n")
    earlier = tmp_path / "imports" / "upload-abc12345"
    earlier.mkdir()
    (earlier / "users.csv").write_text("id\n1\n")
    names = []
    for _ in range(3):
        with receive(settings) as folder:
            (folder / "users.csv").write_text("id\n1\n")
            names.append(folder.name)
    stale, waiting, new = names
    uploads = tmp_path / "uploads"
    for folder in (
        kept_file.parent.parent,
        earlier,
        uploads / stale,
        uploads / waiting,
    ):
        os.utime(folder, (0, 0))
    remove_stale_uploads(settings, [waiting])
    assert {folder.name for folder in uploads.iterdir()} == {waiting, new}
    assert kept_file.exists()
    assert not earlier.exists()
    remove_upload(settings, waiting)
    assert {folder.name for folder in uploads.iterdir()} == {new}


def test_lines_that_are_appended_while_a_log_is_erased_stay(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    log.write_text('{"path": "/v1/users/Zoë"}\n{"n": 1}\n', encoding="utf-8")

    def erase(line: str) -> str:
        with log.open("a", encoding="utf-8") as other:
            other.write('{"n": "appended by the API meanwhile, a line longer than what is erased"}\n' * 100)
        return UserEraser("Zoë").in_log(line)

    assert _erase_from_log(log, erase) == 1
    first, second, *appended = log.read_text(encoding="utf-8").splitlines()
    assert (first, second) == ('{"path": "/v1/users/****"}', '{"n": 1}')
    assert len(appended) == 200


def test_id_in_the_audit_log_is_masked(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    log.write_bytes(b'{"path": "/v1/users/42"}\n\xff{"path": "/v1/users/421"}\n')
    assert _erase_from_log(log, partial(_erase_from_path, "42")) == 1
    assert log.read_bytes() == b'{"path": "/v1/users/**"}\n\xff{"path": "/v1/users/421"}\n'
