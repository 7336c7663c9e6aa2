"""``mockstytch parity``"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mockstytch.parity.probe import Probe
    from mockstytch.parity.sending.side import Side


class _CouldNotRun(click.ClickException):
    """The comparison couldn't be made."""

    exit_code = 2


@click.command()
@click.option("--url", default="https://test.stytch.com", show_default=True, help="URL of the API to compare with.")
@click.option("--project-id", envvar="STYTCH_PROJECT_ID", required=True, help="Id of a test project.")
@click.option("--secret", envvar="STYTCH_SECRET", required=True, help="Secret of that project.")
@click.option("--public-token", envvar="STYTCH_PUBLIC_TOKEN", default="", help="Its public token, for the browser API.")
@click.option("--workspace-key-id", envvar="STYTCH_WORKSPACE_KEY_ID", default="", help="For the management API.")
@click.option("--workspace-key-secret", envvar="STYTCH_WORKSPACE_KEY_SECRET", default="", help="Its secret.")
@click.option("--only", default="", metavar="PATTERN", help="Only probes whose name or operation matches.")
@click.option("--has", multiple=True, metavar="SETTING", help="A setting that the project has. Can be repeated.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a .json or .md file, too. Can be repeated.",
)
@click.option("--yes", is_flag=True, help="Don't ask before the first call.")
@click.option("--clean-up", is_flag=True, help="Only delete what earlier runs left behind.")
@click.option("--ca-file", default="", help="Certificate authority of a server with another certificate.")
@click.option("--calls-per-second", default=20.0, type=click.FloatRange(0.1), show_default=True, help="The most calls.")
def parity(
    *, only: str, has: tuple[str, ...], reports: tuple[Path, ...], yes: bool, clean_up: bool, **server: Any
) -> int:
    """Compare this server with the real API, with a test project of yours.

    The project needs no preparation. Whatever is created there is deleted. Exit with 0 if there is no difference,
    with 1 if there is one, and with 2 if the comparison couldn't be made.

    \b
    mockstytch parity --project-id project-test-… --secret secret-test-…
    mockstytch parity --only sessions --report differences.md
    mockstytch parity --clean-up
    """
    for file in reports:
        if file.suffix not in (".json", ".md"):
            raise click.UsageError(f"{file} must end with .json or .md")
    target = _target(**server)
    if clean_up:
        return _clean_up(target, yes)
    return _compare(target, only, has, reports, yes)


def _target(
    *,
    url: str,
    project_id: str,
    secret: str,
    public_token: str,
    workspace_key_id: str,
    workspace_key_secret: str,
    ca_file: str,
    calls_per_second: float,
) -> Side:
    """Return the side of the real API."""
    from mockstytch.parity import command, safety
    from mockstytch.parity.sending.side import Credentials

    if problem := safety.problem_with_target(url, project_id, secret):
        raise click.UsageError(problem)
    if bool(workspace_key_id) != bool(workspace_key_secret):
        raise click.UsageError("Use --workspace-key-id and --workspace-key-secret together.")
    credentials = Credentials(
        project_id=project_id,
        secret=secret,
        public_token=public_token,
        workspace_key=(workspace_key_id, workspace_key_secret),
    )
    return command.target_side(url, credentials, calls_per_second=calls_per_second, ca_file=ca_file)


def _clean_up(target: Side, yes: bool) -> int:
    from mockstytch.parity import command
    from mockstytch.parity.cleaning import PREFIX

    question = f"Delete everything in {target.credentials.project_id} that begins with {PREFIX}?"
    if not yes:
        _confirm(question, "Nothing was deleted.")
    with _reported():
        click.echo(f"Deleted {command.clean_up(target)} objects of earlier runs.")
    return 0


def _compare(target: Side, only: str, has: tuple[str, ...], reports: tuple[Path, ...], yes: bool) -> int:
    from mockstytch.parity import command, loading, settings
    from mockstytch.parity.reports import table

    if unknown := [name for name in has if name not in settings.SETTINGS]:
        raise click.UsageError(f"--has {unknown[0]}: the settings are {', '.join(settings.SETTINGS)}")
    met = settings.met(target.credentials, has)
    probes, missing = command.selected(loading.load(), only, met)
    if not probes:
        raise click.UsageError(f"No probe matches {only!r}.")
    _announce(target, probes)
    if not yes:
        _confirm("Continue?", "Nothing was sent.")
    with _reported(), _progress(len(probes)) as advance:
        outcomes = command.run(target, probes, command.new_prefix(), met, lambda _outcome: advance())
    for line in table.lines(outcomes):
        click.echo(line)
    for need, skipped in missing.items():
        click.echo(f"Not sent: {len(skipped)} probes that need {table.need(need)}")
    click.echo(table.summary(outcomes))
    if reports:
        from mockstytch.parity.reports import files

        for file in reports:
            files.write(file, outcomes, target.url)
            click.echo(f"Written: {file}")
    return int(any(outcome.found for outcome in outcomes))


@contextlib.contextmanager
def _progress(length: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar, if there is a terminal. The value is called after each probe."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=length, label="Comparing", file=sys.stderr) as bar:
        yield lambda: bar.update(1)


def _confirm(question: str, otherwise: str) -> None:
    """Ask a question, and end with exit code 2 if the answer isn't yes."""
    try:
        if not click.confirm(question):
            raise _CouldNotRun(otherwise)
    except click.Abort:
        raise _CouldNotRun(f"{otherwise} Use --yes if there is no terminal.") from None


def _announce(target: Side, probes: list[Probe]) -> None:
    """Say what will happen to the project."""
    from mockstytch.parity import command
    from mockstytch.parity.cleaning import PREFIX

    plan = command.plan(probes)
    click.echo(f"{plan.probes} probes will send about {plan.calls} calls to {target.url},")
    click.echo(f"to the project {target.credentials.project_id}. This takes at least {plan.seconds:.0f} seconds.")
    click.echo(f"They create {plan.organizations} organizations and {plan.clients} clients, and delete them.")
    click.echo(f"All names begin with {PREFIX}. Settings of the project aren't changed.")
    if plan.messages:
        click.echo(f"{plan.messages} messages are sent to Stytch's sandbox addresses, which deliver nothing.")


class _reported:
    """A context manager that turns errors of a run into one line and exit code 2."""

    def __enter__(self) -> None: ...

    def __exit__(self, _type: object, error: object, _traceback: object) -> None:
        from mockstytch.parity.cleaning import Leftovers
        from mockstytch.parity.sending.side import Unreachable
        from mockstytch.parity.settings import Refused

        if isinstance(error, Leftovers):
            raise _CouldNotRun(f"{error}. Delete them with: mockstytch parity --clean-up") from None
        if isinstance(error, Unreachable):
            raise _CouldNotRun(f"The API can't be reached: {error}") from None
        if isinstance(error, Refused):
            raise _CouldNotRun(f"The API refused the credentials: {error}") from None
        if isinstance(error, KeyboardInterrupt):
            raise _CouldNotRun("Stopped. What was created is deleted.") from None
