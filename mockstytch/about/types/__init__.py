"""The types of responses, for the OpenAPI document.

``objects`` and ``organization_objects`` have the objects of the API as ``wire`` writes them. ``responses`` has the
fields of each operation's response. ``control_shapes`` and ``harness_shapes`` are for the control API. All tests
compare the server's responses with these types.
"""
