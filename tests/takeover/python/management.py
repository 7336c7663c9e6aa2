"""The official management client."""

import stytch_management

client = stytch_management.Client("workspace-key-test", "secret")
project = client.projects.create(name="Acme", vertical="B2B").project
print(project.name)
