"""``mockstytch parity``"""

import click


@click.command()
@click.option("--url", default="https://test.stytch.com", show_default=True, help="URL of the API to compare with.")
@click.option("--project-id", envvar="STYTCH_PROJECT_ID", required=True, help="Id of a test project.")
@click.option("--secret", envvar="STYTCH_SECRET", required=True, help="Secret of that project.")
@click.option("--only", default="", metavar="PATTERN", help="Only probes whose name or operation matches.")
@click.option("--yes", is_flag=True, help="Don't ask before the first call.")
def parity(url: str, project_id: str, secret: str, only: str, yes: bool) -> int:
    """Compare this server with the real API, with a test project of yours.

    Exit with 0 if there is no difference, with 1 if there is one, and with 2 if the comparison couldn't be made.
    """
    from mockstytch.parity import command, loading, reporting, safety
    from mockstytch.parity.side import Credentials

    if problem := safety.problem_with_target(url, project_id, secret):
        raise click.UsageError(problem)
    probes, missing = command.selected(loading.load(), only, set())
    if not probes:
        raise click.UsageError(f"No probe matches {only!r}")
    if not yes:
        click.echo(f"{len(probes)} probes will create organizations and clients in {project_id}, and delete them.")
        click.confirm("Continue?", abort=True)
    target = command.target_side(url, Credentials(project_id=project_id, secret=secret))
    outcomes = command.run(target, probes, command.new_prefix())
    for line in reporting.table(outcomes):
        click.echo(line)
    for need, skipped in missing.items():
        click.echo(f"{len(skipped)} probes weren't sent: they need {need}.")
    click.echo(reporting.summary(outcomes))
    return int(any(outcome.found for outcome in outcomes))
