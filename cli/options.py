"""Options that several commands share."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from graph.errors import InvalidRequest
from graph.settings import Settings

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of database, password and models (default: the user's data folder)."),
]
DatasetOption = Annotated[str, typer.Option("--dataset", help="The data set.")]
CutoffOption = Annotated[
    str | None, typer.Option("--cutoff", help="Use only what lies before this day (YYYY-MM-DD).")
]


def settings_for(home: Path | None) -> Settings:
    """The settings of the environment, with `home` in place of theirs where given."""
    settings = Settings()
    return settings.model_copy(update={"home": home}) if home else settings


def parse_day(text: str | None) -> date | None:
    """Raises InvalidRequest where `text` is no day."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise InvalidRequest(f"{text!r} is no day.", "Write it as YYYY-MM-DD.") from error
