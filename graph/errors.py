"""Every error Groundswell raises on purpose. Each message says what is wrong and what to do.

GroundswellError
├── ServerError                the managed local server
│   ├── PortTaken
│   ├── FolderUnusable         not writable, or the disk is full
│   ├── RuntimeUnavailable     a jar cannot be had, or its checksum is wrong
│   ├── FolderInUse            another server already runs on this data folder
│   └── ServerDied             it ended while starting
├── DatabaseError              the conversation with Neo4j
│   ├── DatabaseUnreachable
│   ├── AccessDenied
│   ├── DatabaseRefused        it is read-only, or out of memory
│   ├── TookTooLong            a statement was ended after the time it may take
│   └── GdsMissing             the server has no Graph Data Science
├── ApiError                   another server's API
│   ├── ServerUnreachable      nobody answers there
│   ├── ServerRefused          it answered with an error of no other name
│   └── JobEnded               a job that was waited for failed or was cancelled
├── SchemaError                a migration that was applied has changed since
├── ImportFailed               a file cannot be read, or another job is running
│   ├── ImportRunning          another job of the data set is running, or being undone
│   └── ImportStopped          more rows were rejected than allowed
├── NotFound                   no such data set, campaign or run
├── AlreadyThere               something else has that id
├── NotReady                   a step that must come first has not been run
└── InvalidRequest             a value that cannot be used (a cut-off after the data ends, ...)
"""


class GroundswellError(Exception):
    """What went wrong (`str`) and what to do about it (`remedy`)."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


class ServerError(GroundswellError):
    """The managed local server could not do what was asked."""


class PortTaken(ServerError):
    """A chosen port is in use by another program."""


class FolderUnusable(ServerError):
    """A folder cannot be written, or its disk is full."""


class RuntimeUnavailable(ServerError):
    """A part of the Neo4j runtime could not be fetched or verified."""


class FolderInUse(ServerError):
    """Another server already runs on this data folder."""


class ServerDied(ServerError):
    """The server ended, or did not get ready in time."""


class ApiError(GroundswellError):
    """The API of another server could not be asked, or did not do it."""


class ServerUnreachable(ApiError):
    """Nobody answers at the address."""


class ServerRefused(ApiError):
    """It answered with an error of no other name here."""


class JobEnded(ApiError):
    """A job that was waited for failed or was cancelled."""


class DatabaseError(GroundswellError):
    """Neo4j could not be reached or refused to serve."""


class DatabaseUnreachable(DatabaseError):
    """No Neo4j answers at the address, or its database is not there at present."""


class AccessDenied(DatabaseError):
    """Neo4j refused the user or the password."""


class DatabaseRefused(DatabaseError):
    """Neo4j answers, but does not do it: read-only, out of memory."""


class TookTooLong(DatabaseError):
    """A statement did not end in the time it may take."""


class GdsMissing(DatabaseError):
    """The server has no Graph Data Science library."""


class SchemaError(GroundswellError):
    """The schema in the graph and the migrations in the project disagree."""


class ImportFailed(GroundswellError):
    """An import could not be carried out."""


class ImportRunning(ImportFailed):
    """Another job works on the data set."""


class ImportStopped(ImportFailed):
    """An import stopped by itself: too many rows were rejected."""


class NotFound(GroundswellError):
    """The graph holds no such thing."""


class AlreadyThere(GroundswellError):
    """Something else has that id."""


class NotReady(GroundswellError):
    """An earlier step has to be run first."""


class InvalidRequest(GroundswellError):
    """A value that cannot be used."""
