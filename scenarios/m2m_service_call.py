"""M2M tokens: scopes, verification and secret rotation."""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client = scenario.client
    clients, token = client.m2m.clients, client.m2m.token

    scenario.step("An M2M client is created with two scopes")
    m2m_client = clients.create(["read:invoices", "write:invoices"], client_name="billing").m2m_client
    scenario.expect(m2m_client, status="active", client_name="billing", scopes=["read:invoices", "write:invoices"])
    client_id, secret = m2m_client.client_id, m2m_client.client_secret

    scenario.step("The client requests a token for one of them")
    issued = token(client_id, secret, ["read:invoices"])
    scenario.expect(issued, token_type="bearer", expires_in=3600)

    scenario.step("The called service verifies the token locally, and allows reading")
    claims = client.m2m.authenticate_token(issued.access_token, required_scopes=["read:invoices"])
    scenario.expect(claims, client_id=client_id, scopes=["read:invoices"])

    scenario.step("The token doesn't allow writing")
    write_claims = client.m2m.authenticate_token(issued.access_token, required_scopes=["write:invoices"])
    scenario.expect_equal("claims", write_claims, None)

    scenario.step("A scope that the client doesn't have is refused")
    scenario.expect_error("invalid_scope", token, client_id, secret, ["delete:invoices"])

    scenario.step("Secret rotation starts: both secrets work")
    rotating = clients.secrets.rotate_start(client_id).m2m_client
    for each in (secret, rotating.next_client_secret):
        scenario.expect(token(client_id, each), token_type="bearer")

    scenario.step("Rotation ends: only the new secret works")
    clients.secrets.rotate(client_id)
    scenario.expect_error("invalid_client", token, client_id, secret)
    scenario.expect(token(client_id, rotating.next_client_secret), token_type="bearer")

    scenario.step("The client is deactivated")
    clients.update(client_id, status="inactive")
    scenario.expect_error("unauthorized_client", token, client_id, rotating.next_client_secret)


if __name__ == "__main__":
    main(run)
