"""Neo4j's errors become errors of Groundswell, except those of a wrong statement."""

import pytest
from neo4j.exceptions import ClientError, Neo4jError, ServiceUnavailable

from api.problems import status_of
from graph.error_mapping import error_mapping
from graph.errors import (
    AccessDenied,
    AlreadyExists,
    DatabaseRefused,
    DatabaseUnreachable,
    GdsMissing,
    GroundswellError,
    NotFound,
    PortInUse,
    StatementTimeout,
)


@pytest.mark.parametrize(
    ("code", "error_type"),
    [
        ("Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration", StatementTimeout),
        ("Neo.TransientError.Transaction.LockAcquisitionTimeout", StatementTimeout),
        ("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", DatabaseRefused),
        ("Neo.ClientError.General.WriteOnReadOnlyAccessDatabase", DatabaseRefused),
        ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", DatabaseRefused),
        ("Neo.TransientError.General.OutOfMemoryError", DatabaseRefused),
        ("Neo.DatabaseError.General.UnknownError", DatabaseRefused),
        ("Neo.TransientError.General.DatabaseUnavailable", DatabaseUnreachable),
        ("Neo.DatabaseError.Transaction.TransactionCommitFailed", DatabaseUnreachable),
        ("Neo.DatabaseError.Transaction.TransactionStartFailed", DatabaseUnreachable),
        ("Neo.ClientError.Procedure.ProcedureNotFound", GdsMissing),
        ("Neo.ClientError.Security.Forbidden", AccessDenied),
    ],
)
def test_neo4j_errors_are_503_with_a_remedy(code: str, error_type: type[GroundswellError]) -> None:
    with pytest.raises(error_type) as error, error_mapping():
        raise Neo4jError._hydrate_neo4j(code=code, message="no")
    assert error.type is error_type
    assert error.value.remedy
    assert status_of(error.value) == 503


def test_unavailable_server_is_database_unreachable() -> None:
    with pytest.raises(DatabaseUnreachable), error_mapping():
        raise ServiceUnavailable("gone")


def test_syntax_error_is_not_mapped() -> None:
    with pytest.raises(ClientError), error_mapping():
        raise Neo4jError._hydrate_neo4j(code="Neo.ClientError.Statement.SyntaxError", message="what?")


def test_codes_of_renamed_errors_are_kept() -> None:
    codes = [error_type.code for error_type in (AlreadyExists, StatementTimeout, PortInUse, NotFound)]
    assert codes == ["AlreadyThere", "TookTooLong", "PortTaken", "NotFound"]
