"""A service calls another: M2M tokens, scopes and a secret that is rotated."""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client = story.client
    clients, token = client.m2m.clients, client.m2m.token

    story.step("The billing service gets a client with two scopes")
    made = clients.create(["read:invoices", "write:invoices"], client_name="billing").m2m_client
    story.expect(made, status="active", client_name="billing", scopes=["read:invoices", "write:invoices"])
    client_id, secret = made.client_id, made.client_secret

    story.step("It asks for a token that can only read")
    issued = token(client_id, secret, ["read:invoices"])
    story.expect(issued, token_type="bearer", expires_in=3600)

    story.step("The invoice service verifies it by itself, and lets it read")
    claims = client.m2m.authenticate_token(issued.access_token, required_scopes=["read:invoices"])
    story.expect(claims, client_id=client_id, scopes=["read:invoices"])

    story.step("But not write")
    writing = client.m2m.authenticate_token(issued.access_token, required_scopes=["write:invoices"])
    story.equal("what the token is good for there", writing, None)

    story.step("A scope that the client was never given is refused")
    story.refused("invalid_scope", token, client_id, secret, ["delete:invoices"])

    story.step("The secret is rotated: for a while both work")
    started = clients.secrets.rotate_start(client_id).m2m_client
    for each in (secret, started.next_client_secret):
        story.expect(token(client_id, each), token_type="bearer")

    story.step("Then only the new one does")
    clients.secrets.rotate(client_id)
    story.refused("invalid_client", token, client_id, secret)
    story.expect(token(client_id, started.next_client_secret), token_type="bearer")

    story.step("The service is switched off")
    clients.update(client_id, status="inactive")
    story.refused("unauthorized_client", token, client_id, started.next_client_secret)


if __name__ == "__main__":
    main(run)
