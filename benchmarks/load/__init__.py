"""Mixed load: requests of every kind to many projects, and what a server's memory and response times do under it.

``python -m benchmarks memory`` and ``python -m benchmarks soak`` use it.
"""
