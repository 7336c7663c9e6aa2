"""``python -m benchmarks``: this server beside others, each in a process of its own, in one run.

What is measured, and how: docs/performance.md.
"""
