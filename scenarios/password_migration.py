"""The user table of an old system.

Hashes of several kinds are taken over as they are; people log in with the passwords that they have.
"""

import base64
import hashlib
from typing import Any

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()

    import argon2
    import bcrypt

    organization, password = story.organization(company), "plum orbit kettle 47"
    secret, salt = password.encode(), b"0123456789abcdef"
    key = hashlib.pbkdf2_hmac("sha256", secret, salt, 1000, 32)
    pbkdf_2 = {"salt": base64.b64encode(salt).decode(), "iteration_amount": 1000, "key_length": 32}
    table: dict[str, tuple[str, dict[str, Any]]] = {
        "bcrypt": (bcrypt.hashpw(secret, bcrypt.gensalt(4)).decode(), {}),
        "argon_2id": (argon2.PasswordHasher(1, 1024, 1).hash(password), {}),
        "sha_512": (hashlib.sha512(b"pepper" + secret).hexdigest(), {"sha_512_config": {"prepend_salt": "pepper"}}),
        "sha_1": (hashlib.sha1(secret).hexdigest(), {}),  # noqa: S324 · as the old system did
        "md_5": (hashlib.md5(secret).hexdigest(), {}),  # noqa: S324 · as the old system did
        "pbkdf_2": (key.hex(), {"pbkdf_2_config": pbkdf_2}),
    }
    for hash_type, (hash, config) in table.items():
        person = story.cast.person(works_at=company)
        where = {"organization_id": organization.organization_id, "email_address": person.email_address}

        story.step(f"{person}'s password was kept as {hash_type}, and is taken over")
        taken = client.passwords.migrate(**where, hash=hash, hash_type=hash_type, name=person.name, **config)
        story.expect(taken, member_created=True)
        story.refused(
            "unauthorized_credentials", client.passwords.authenticate, **where, password="seven quiet lanterns drift"
        )
        story.expect(client.passwords.authenticate(**where, password=password), member_authenticated=True)

    story.step("Who has a password already keeps it")
    story.refused(
        "password_already_exists", client.passwords.migrate, **where, hash=hash, hash_type=hash_type, **config
    )


if __name__ == "__main__":
    main(run)
