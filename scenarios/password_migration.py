"""Password hashes are migrated from an old system.

Several kinds of hashes are imported unchanged. Members log in with their existing passwords.
"""

import base64
import hashlib
from typing import Any

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()

    import argon2
    import bcrypt

    organization, password = scenario.create_organization(company), "plum orbit kettle 47"
    secret, salt = password.encode(), b"0123456789abcdef"
    key = hashlib.pbkdf2_hmac("sha256", secret, salt, 1000, 32)
    pbkdf_2 = {"salt": base64.b64encode(salt).decode(), "iteration_amount": 1000, "key_length": 32}
    hashes: dict[str, tuple[str, dict[str, Any]]] = {
        "bcrypt": (bcrypt.hashpw(secret, bcrypt.gensalt(4)).decode(), {}),
        "argon_2id": (argon2.PasswordHasher(1, 1024, 1).hash(password), {}),
        "sha_512": (hashlib.sha512(b"pepper" + secret).hexdigest(), {"sha_512_config": {"prepend_salt": "pepper"}}),
        "sha_1": (hashlib.sha1(secret).hexdigest(), {}),  # noqa: S324 · an old system used it
        "md_5": (hashlib.md5(secret).hexdigest(), {}),  # noqa: S324 · an old system used it
        "pbkdf_2": (key.hex(), {"pbkdf_2_config": pbkdf_2}),
    }
    for hash_type, (hash, config) in hashes.items():
        person = scenario.fake.person(works_at=company)
        account = {"organization_id": organization.organization_id, "email_address": person.email_address}

        scenario.step(f"{person}'s password is imported as a hash of type {hash_type}")
        migrated = client.passwords.migrate(**account, hash=hash, hash_type=hash_type, name=person.name, **config)
        scenario.expect(migrated, member_created=True)
        scenario.expect_error(
            "unauthorized_credentials", client.passwords.authenticate, **account, password="seven quiet lanterns drift"
        )
        scenario.expect(client.passwords.authenticate(**account, password=password), member_authenticated=True)

    scenario.step("An existing password isn't replaced")
    scenario.expect_error(
        "password_already_exists", client.passwords.migrate, **account, hash=hash, hash_type=hash_type, **config
    )


if __name__ == "__main__":
    main(run)
