"""The management API (``/pwa/v3``), as the official ``stytch-management`` clients call it.

It manages a workspace: projects, each with environments. An environment is a project of this server, so its settings
are the ones that the control API shows. The package owns the rows of projects, their e-mail templates and their
credentials. It serves no other surface, and no other package imports it except ``app``. Start reading in ``workspace``;
``operations`` has a module for each resource.
"""
