"""What each object looks like on the wire. One pure function for each, every key written out.

Absent strings are ``""`` and absent objects ``null``, as recorded from the real API.
"""

from mockstytch.wire.clients import *
from mockstytch.wire.connections import *
from mockstytch.wire.people import *
