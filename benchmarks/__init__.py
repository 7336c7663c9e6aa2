"""Benchmarks: ``python -m benchmarks`` compares this server with others, each in its own process.

``docs/performance.md`` describes what is measured, and how.
"""
