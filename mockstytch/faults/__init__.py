"""Faults: rules that make requests, messages and webhooks of a project fail on purpose.

This package holds the rules and decides which of them applies next. ``surfaces.faults`` applies them to requests,
``runtime`` to messages and ``webhook_delivery`` to webhooks; ``control.faults`` adds and removes them. The rules are
kept in memory, not in the database: a test sets them for itself, and a server that starts again begins without them.
Processes that share a database keep them there, so that each of them sees the same faults and counts.
"""
