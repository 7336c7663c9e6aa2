"""``/pwa/v3``: the management API, as the official ``stytch-management`` clients speak it.

It owns what holds environments together: projects, their e-mail templates, credentials. What an environment is set to
are the settings of that project of the server, the same ones that the control API shows.
"""
