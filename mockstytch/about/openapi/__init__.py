"""The OpenAPI document, made from the routes and their request classes.

``document`` puts it together: an operation for each route, made by the module for its surface. ``schemas`` turns
classes into schemas. ``control_calls`` has what a route of the control API doesn't say itself. Start with ``document``.
"""
