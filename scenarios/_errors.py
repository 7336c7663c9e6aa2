"""The two ways in which a scenario ends early."""


class ScenarioFailed(AssertionError):
    """A result that differs from what the scenario expects."""


class ScenarioSkipped(Exception):
    """A requirement that is missing on this machine. The message names it."""
