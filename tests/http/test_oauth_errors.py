"""As ``test_field_errors``, for M2M clients and connected apps."""

from tests.http import rows
from tests.http.rows import ABSENT, METADATA, each
from tests.http.test_field_errors import SEARCH

NAME = each("client_name", "m2m_client_invalid_client_name", "x" * 257)
DESCRIPTION = each("client_description", "m2m_client_invalid_client_description", "x" * 2049)
SCOPES = [
    *each("scopes", "invalid_m2m_client_scope", [""], ["a b"], ['a"b'], ["a\\b"], ["é"], ["a\n"]),
    *each("scopes", "bad_request", "x", [5], {}),
]
CLIENT = each("client_id", "m2m_client_not_found", "nobody", "m2m-client-test-x")

TABLE = {
    "m2m.create": [
        *each("scopes", "invalid_m2m_client_scope", ABSENT, None),
        *SCOPES,
        *NAME,
        *DESCRIPTION,
        *METADATA,
        *each("client_id", "m2m_client_invalid_client_id", "a b", "a/b", "é", "a" * 129, "a\n"),
        *each("client_secret", "m2m_client_invalid_client_secret", "short", "x" * 513),
        *each("client_secret", "insecure_m2m_client_secret", "password", "aaaaaaaaaaaa"),
    ],
    "m2m.get": CLIENT,
    "m2m.update": [
        *CLIENT,
        *NAME,
        *DESCRIPTION,
        *SCOPES,
        *METADATA,
        *each("status", "m2m_client_invalid_status", "deleted"),
    ],
    "m2m.delete": CLIENT,
    "m2m.search": SEARCH,
    "m2m.rotate": CLIENT,
    "m2m.rotate_start": CLIENT,
    "m2m.rotate_cancel": CLIENT,
}


@rows.parametrize(TABLE)
def test_the_table(world, endpoint, change, error_type):
    assert rows.answered(world, endpoint, change) == (rows.STATUS[error_type], error_type)
