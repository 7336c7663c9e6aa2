"""The forms of the console: what they ask for, how their fields become JSON, and which field an error is about.

Start with ``Form``. A page's form names a call, and ``console.actions`` runs it.
"""

from mockstytch.console.forms.form import Form, read

__all__ = ["Form", "read"]
