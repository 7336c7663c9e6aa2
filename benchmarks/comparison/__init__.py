"""The comparison with other servers: start, memory, response times, throughput.

``python -m benchmarks`` prints it, together with the goals. Each system runs in its own process.
"""
