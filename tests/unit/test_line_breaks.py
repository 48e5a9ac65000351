"""Line breaks inside quoted values, as opposed to quotation marks that are never closed."""

from pathlib import Path

import pytest

from graph.importing.reading.line_breaks import has_line_breaks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('id,note\n1,"first\nsecond"\n', True),
        ('id,note\n1,"first\nsecond\n\nfourth, ""quoted"""\n', True),
        ('id,note\n1,"one line, with a comma"\n2,x\n', False),
        ('id,note\n"1,never closed\n2,x\n3,y\n', False),
        ('id,note\n1,17" screen\n2,19" screen\n', False),
        ('id,note\n"1,x\n2,y\n"3,z\n', False),
        ('id,note\n1,"far' + "\n2,x" * 200 + '\n3,"\n', False),
    ],
)
def test_line_breaks_are_told_from_stray_quotation_marks(tmp_path: Path, text: str, expected: bool) -> None:
    path = tmp_path / "notes.csv"
    path.write_text(text)
    assert has_line_breaks(path, ",", 2) is expected
