"""Options that several commands share, and how their values are parsed."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from graph.errors import InvalidRequest

if TYPE_CHECKING:
    from pydantic import BaseModel

    from graph.settings import Settings

Request = TypeVar("Request", bound="BaseModel")

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Folder of the database, its password and the models (default: the user's data folder).",
    ),
]
DatasetOption = Annotated[
    str | None,
    typer.Option(
        "--dataset",
        help="The data set (default: GROUNDSWELL_DATASET or, if the database holds exactly one, that one).",
    ),
]
CutoffOption = Annotated[
    str | None,
    typer.Option(
        "--cutoff",
        help="Use only data from before this day (YYYY-MM-DD); default: the day after the last behaviour.",
    ),
]
HorizonOption = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=24,
        help="How many steps to forecast, at most 24 hours, 14 days, 8 weeks or 3 months "
        "(default: 24, 7, 4 or 3; of back-tests: 6, 7, 4 or 3).",
    ),
]
StepOption = Annotated[
    str | None,
    typer.Option(
        "--step",
        help="Count and forecast participants by hour, day, week or month (default: what suits the data).",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON, with the fields that the API returns.")
]
CampaignArgument = Annotated[str, typer.Argument(help="The campaign's id.", show_default=False)]


def load_settings(home: Path | None) -> "Settings":
    """Read the settings from the environment, with `home` in place of theirs if given."""
    from graph.settings import Settings

    settings = Settings()
    return settings.model_copy(update={"home": home}) if home else settings


def load_local_settings(home: Path | None) -> "Settings":
    """Read the settings for a command that needs direct access to the database.

    Raises
    ------
    InvalidRequest
        If ``--server`` or GROUNDSWELL_SERVER names another server: the command is not available over HTTP.
    """
    settings = load_settings(home)
    if settings.server:
        raise InvalidRequest(
            f"This command needs direct access to the database and cannot use {settings.server}.",
            "Run it on that server's machine, or omit --server (GROUNDSWELL_SERVER).",
        )
    return settings


def parse_date(text: str | None) -> date | None:
    """Parse YYYY-MM-DD; None stays None.

    Raises
    ------
    InvalidRequest
        If `text` is not a valid date.
    """
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise InvalidRequest(f"{text!r} is not a valid date.", "Write it as YYYY-MM-DD.") from error


def parse_moment(text: str | None) -> date | None:
    """Parse YYYY-MM-DD, or YYYY-MM-DDTHH:MM as a datetime; None stays None.

    Raises
    ------
    InvalidRequest
        If `text` is neither.
    """
    if text is None or "T" not in text:
        return parse_date(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidRequest(f"{text!r} is not a valid moment.", "Write it as YYYY-MM-DDTHH:MM.") from error
    if moment.tzinfo is not None:
        raise InvalidRequest(f"{text!r} has a zone.", "Write the data set's local time: YYYY-MM-DDTHH:MM.")
    return moment


def build_request(model: type[Request], **values: Any) -> Request:
    """Validate option values as a request of the API.

    Raises
    ------
    InvalidRequest
        If a value is outside its limits.
    """
    from pydantic import ValidationError

    try:
        return model(**values)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        )
        raise InvalidRequest(
            f"Invalid value: {problems}.", "See the command's --help for the limits."
        ) from error
