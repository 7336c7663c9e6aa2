"""Run a program that is hard-wired to Stytch's hosts against this server.

``hosts`` says which host names are taken over. Three layers lead a program here: a proxy and environment variables
(``proxy``, ``environment``), code that is loaded into Python and Node (``preload``), and a mount namespace with its own
hosts file (``namespace``). ``session`` puts them together and removes everything afterwards; ``process`` runs the
program. Nothing outside of the program is changed. Start reading with ``session``.
"""
