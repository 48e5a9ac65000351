"""The samples of the page on known exports."""

import re
from pathlib import Path

PAGE = "docs/known-exports.md"
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_SAMPLE = re.compile(r"^`([^`\n]+)`\n\n```(?:text|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def samples() -> dict[str, dict[str, str]]:
    """Return the files of each section of the page: their names and texts."""
    page = (Path(__file__).parents[1] / PAGE).read_text(encoding="utf-8")
    parts = _SECTION.split(page)[1:]
    return {
        title: dict(_SAMPLE.findall(section)) for title, section in zip(parts[::2], parts[1::2], strict=True)
    }


def write_sample(title: str, folder: Path) -> list[Path]:
    """Write the files of a section to `folder`."""
    paths = []
    for name, text in samples()[title].items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
