"""``/_mock/api``: what a test does to this server that no customer could do to the real one."""
