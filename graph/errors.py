"""All errors that Groundswell raises on purpose. Each message says what is wrong, its remedy what to do.

GroundswellError
├── ServerError                the managed local server
│   ├── PortInUse
│   ├── FolderUnusable         not writable, or the disk is full
│   ├── RuntimeUnavailable     a jar cannot be downloaded, or its checksum is wrong
│   ├── FolderInUse            another server uses this data folder
│   ├── ServerDied             the server stopped during startup
│   └── AdminFailed            neo4j-admin failed
├── DatabaseError              Neo4j
│   ├── DatabaseUnreachable
│   ├── AccessDenied
│   ├── DatabaseRefused        read-only, or out of memory
│   ├── StatementTimeout       a statement exceeded its time limit
│   └── GdsMissing             the server has no Graph Data Science
├── ApiError                   another Groundswell's API
│   ├── ServerUnreachable      the address does not answer
│   ├── ServerRefused          an error response that has no class here
│   └── JobEnded               a job failed or was cancelled while the client waited for it
├── SchemaError                an applied migration has been changed
├── ImportFailed               a file cannot be read, ...
│   ├── ImportRunning          an import or an undo of the data set is unfinished
│   └── ImportStopped          too many rows were rejected
├── DatasetLocked              another process changes the data set
│   └── LockLost               another process has taken the lock
├── NotFound                   no such data set, campaign, run, ...
├── AlreadyExists              the id is in use
├── NotReady                   an earlier step has not run
├── ServerBusy                 the API computes as much at once as it may
└── InvalidRequest             an invalid value (a cut-off after the data ends, ...)
"""

from typing import ClassVar


class GroundswellError(Exception):
    """Base class.

    Parameters
    ----------
    problem
        What is wrong, and where; also the exception's text.
    remedy
        What the user can do about it.
    """

    code: ClassVar[str] = "GroundswellError"
    """Identifies the error in the responses of the API; by default the name of the class."""

    def __init_subclass__(cls) -> None:
        cls.code = vars(cls).get("code", cls.__name__)

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


class ServerError(GroundswellError):
    """The managed local server failed."""


class PortInUse(ServerError):
    """Another program uses the chosen port."""

    code = "PortTaken"


class FolderUnusable(ServerError):
    """A folder is not writable, or its disk is full."""


class RuntimeUnavailable(ServerError):
    """A part of the Neo4j runtime could not be downloaded or verified."""


class FolderInUse(ServerError):
    """Another server uses this data folder."""


class ServerDied(ServerError):
    """The server stopped during startup, or was not ready in time."""


class AdminFailed(ServerError):
    """neo4j-admin failed; the message has its last lines."""


class ApiError(GroundswellError):
    """A request to the API of another Groundswell failed."""


class ServerUnreachable(ApiError):
    """The address does not answer."""


class ServerRefused(ApiError):
    """The server returned an error that has no class here."""


class JobEnded(ApiError):
    """A job failed or was cancelled while the client waited for it."""


class DatabaseError(GroundswellError):
    """Neo4j cannot be reached, or failed."""


class DatabaseUnreachable(DatabaseError):
    """The address does not answer, or the database is not available."""


class AccessDenied(DatabaseError):
    """Neo4j rejected the user, the password or the permission."""


class DatabaseRefused(DatabaseError):
    """Neo4j answers but cannot run the query: read-only, out of memory."""


class StatementTimeout(DatabaseError):
    """A statement exceeded its time limit."""

    code = "TookTooLong"


class GdsMissing(DatabaseError):
    """The server has no Graph Data Science library."""


class SchemaError(GroundswellError):
    """An applied migration differs from its file."""


class ImportFailed(GroundswellError):
    """An import failed."""


class ImportRunning(ImportFailed):
    """An import or an undo of the data set is unfinished."""


class ImportStopped(ImportFailed):
    """An import stopped because too many rows were rejected."""


class DatasetLocked(GroundswellError):
    """Another process changes the data set; see ``graph.dataset_lock``."""


class LockLost(DatasetLocked):
    """This process held the lock of the data set, and another process has taken it."""


class NotFound(GroundswellError):
    """The graph has no such item."""


class AlreadyExists(GroundswellError):
    """The id is in use."""

    code = "AlreadyThere"


class NotReady(GroundswellError):
    """An earlier step has not run."""


class ServerBusy(GroundswellError):
    """The API computes as many analyses at once as it may."""


class InvalidRequest(GroundswellError):
    """A value is invalid."""
