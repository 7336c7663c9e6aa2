"""What differs on PostgreSQL. The other tests run on it with ``make test-postgres``."""
