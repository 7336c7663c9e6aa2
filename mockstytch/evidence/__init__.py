"""The request log as people and programs read it: bodies without secrets, a curl command, a hint.

``RequestLog`` keeps both bodies unchanged, because adding an entry must cost almost nothing. This package does the work
when the log is read. Nothing else may show the bodies of an entry. Start reading with ``entries``.
"""
