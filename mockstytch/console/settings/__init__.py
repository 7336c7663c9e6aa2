"""The settings editor: every setting of the project with its description, its default, and whether it was changed.

Start with ``tabs``, which lists what each tab has. The descriptions are the docstrings of the settings' classes.
"""
