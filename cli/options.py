"""Options that several commands share."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from graph.errors import InvalidRequest
from graph.settings import Settings

Wish = TypeVar("Wish", bound=BaseModel)

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of database, password and models (default: the user's data folder)."),
]
DatasetOption = Annotated[str, typer.Option("--dataset", help="The data set.")]
CutoffOption = Annotated[
    str | None, typer.Option("--cutoff", help="Use only what lies before this day (YYYY-MM-DD).")
]


def settings_for(home: Path | None) -> Settings:
    """``any_settings`` for what is only done on the machine of the database. Raises InvalidRequest where
    another server is to be asked.
    """
    settings = any_settings(home)
    if settings.server:
        raise InvalidRequest(
            f"This is not done over the network: {settings.server} cannot be asked for it.",
            "Run it on that server's own machine, or leave out --server (GROUNDSWELL_SERVER).",
        )
    return settings


def any_settings(home: Path | None) -> Settings:
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


def wish_for(kind: type[Wish], **told: Any) -> Wish:
    """What the API would be asked for. Raises InvalidRequest where that is more than may be asked for."""
    try:
        return kind(**told)
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise InvalidRequest(f"This cannot be asked for: {said}.", "`--help` tells what can.") from error
