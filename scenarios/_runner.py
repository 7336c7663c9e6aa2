"""Run scenarios, and collect the results."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module

from ._catalog import SCENARIOS, title
from ._errors import ScenarioFailed, ScenarioSkipped
from ._printer import Printer, shorten
from ._scenario import DEFAULT_SEED, Scenario

Run = Callable[[Scenario], None]

DEFAULT_URL = "http://127.0.0.1:4700"


@dataclass
class Results:
    """The results of a run, by scenario name.

    Attributes:
        passed: scenarios that passed.
        skipped: scenarios that can't run on this machine, each with the reason.
        failed: scenarios that failed, each with the step and the reason.
    """

    passed: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        counts = {"passed": len(self.passed), "failed": len(self.failed), "skipped": len(self.skipped)}
        return ", ".join(f"{count} {result}" for result, count in counts.items() if count)


def run_scenarios(names: Iterable[str], url: str, seed: int = DEFAULT_SEED, printer: Printer | None = None) -> Results:
    """Run scenarios by name, or all of them if ``names`` is empty.

    Raises:
        ModuleNotFoundError: if an optional package isn't installed.
        ScenarioFailed: if the server can't be reached, or doesn't allow new projects.
    """
    printer, results, start = printer or Printer(sys.stdout), Results(), time.perf_counter()
    chosen = list(names) or list(SCENARIOS)
    for name in chosen:
        run: Run = import_module(f"{__package__}.{name}").run
        scenario = Scenario(url, seed, printer)
        printer.title(title(name))
        run_one(name, run, scenario, results)
    if len(chosen) > 1:
        printer.summary(f"{results} in {time.perf_counter() - start:.1f} s")
    return results


def run_one(name: str, run: Run, scenario: Scenario, results: Results) -> None:
    """Run one scenario, and add its result to ``results``.

    Raises:
        ModuleNotFoundError: if an optional package isn't installed.
    """
    start, printer = time.perf_counter(), scenario.printer
    try:
        with scenario:
            run(scenario)
    except ModuleNotFoundError:
        raise
    except ScenarioSkipped as e:
        results.skipped[name] = str(e)
        printer.skipped(str(e))
    except Exception as e:  # report any failure with its step, then continue with the next scenario
        step = f'step {scenario.step_number}, "{scenario.step_text}"'
        results.failed[name] = f"{step if scenario.step_number else 'before the first step'}: {_reason(e)}"
        printer.failed(results.failed[name])
    else:
        results.passed.append(name)
        printer.passed(time.perf_counter() - start)


def _reason(e: Exception) -> str:
    """Return one line that describes the failure."""
    details = getattr(e, "details", None)  # of the official client's StytchError
    if details is not None:
        reason = f"refused with {details.status_code} {details.error_type}: {details.error_message}"
    else:
        reason = str(e) if isinstance(e, ScenarioFailed) else f"{type(e).__name__}: {e}"
    return shorten(" ".join(reason.split()))[:500]


def main(run: Run, arguments: list[str] | None = None) -> None:
    """Run one scenario from the command line: ``python -m scenarios.<name>``.

    Exits with 0 if it passed or was skipped, with 1 if it failed, and with 2 if the arguments are wrong.
    """
    module = sys.modules[run.__module__]
    name = module.__spec__.name if module.__spec__ else run.__module__
    heading = (module.__doc__ or name).splitlines()[0].rstrip(".")
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=heading)
    parser.add_argument(
        "--url", default=os.environ.get("MOCKSTYTCH_URL", DEFAULT_URL), help="URL of the server [default: %(default)s]"
    )
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, help="seed for generated names [default: %(default)s]"
    )
    options = parser.parse_args(arguments)
    printer, results = Printer(sys.stdout), Results()
    try:
        scenario = Scenario(options.url, options.seed, printer)
        printer.title(heading)
        run_one(name, run, scenario, results)
    except ModuleNotFoundError as e:
        sys.exit(
            f'the package {e.name!r} isn\'t installed. Install the optional packages with: pip install "PATH[demo]", '
            "where PATH is your checkout or wheel of mockstytch"
        )
    except ScenarioFailed as e:
        sys.exit(str(e))
    sys.exit(1 if results.failed else 0)
