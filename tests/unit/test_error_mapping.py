"""What Neo4j refuses becomes an error that says what to do; a wrong statement stays what it is."""

import pytest
from neo4j.exceptions import ClientError, Neo4jError, ServiceUnavailable

from api.problems import status_of
from graph.error_mapping import error_mapping
from graph.errors import (
    AccessDenied,
    DatabaseRefused,
    DatabaseUnreachable,
    GdsMissing,
    GroundswellError,
    TookTooLong,
)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration", TookTooLong),
        ("Neo.TransientError.Transaction.LockAcquisitionTimeout", TookTooLong),
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
def test_refusals_are_503_and_say_what_to_do(code: str, kind: type[GroundswellError]) -> None:
    with pytest.raises(kind) as raised, error_mapping():
        raise Neo4jError._hydrate_neo4j(code=code, message="no")
    assert raised.type is kind
    assert raised.value.remedy
    assert status_of(raised.value) == 503


def test_a_server_that_is_away_and_a_wrong_statement() -> None:
    with pytest.raises(DatabaseUnreachable), error_mapping():
        raise ServiceUnavailable("gone")
    with pytest.raises(ClientError), error_mapping():
        raise Neo4jError._hydrate_neo4j(code="Neo.ClientError.Statement.SyntaxError", message="what?")
