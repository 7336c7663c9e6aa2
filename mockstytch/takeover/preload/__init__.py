"""Code that programs load at their start: ``python.py`` into Python, ``node.cjs`` into Node.

Both are copied into a temporary folder, beside ``takeover.json``, which says what to do. They run in the program's own
interpreter, in any version of it, so they import nothing of mockstytch.
"""
