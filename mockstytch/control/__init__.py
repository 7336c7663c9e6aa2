"""The control API, ``/_mock/api``: what a test does to this server and no customer can do to the real one.

Each module has the routes of one subject; ``routes`` puts them together, ``surface`` says who may call and how
responses look. Changes to the project's data go through operations of the API or rules of ``domain``. Start with
``clock.py``, the shortest.
"""
