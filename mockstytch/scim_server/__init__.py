"""The SCIM 2.0 server (RFC 7643, RFC 7644): what a customer's directory calls, below the URL of a SCIM connection.

``routes`` declares the surface and its one handler; ``service`` reads a call and finds what it is about;
``resources`` reads, filters and writes users and groups. Rules about members are in ``domain.scim``. The last two are
imported by the first SCIM request, because their library takes long to import.
"""
