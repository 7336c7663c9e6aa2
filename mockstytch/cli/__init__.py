"""The command line.

Each command is a module, imported when the command is used. A command parses options, calls the Python handle or starts
a server, and prints; it has no rule of the API. Errors are one line on stderr. Start reading with ``serve``.
"""

import gc
import keyword
import sys

import click

from mockstytch.version import __version__

_MODULES = {
    "serve": "serve",
    "demo": "demo",
    "run": "run",
    "scenario": "scenario",
    "inbox": "inbox",
    "reset": "control",
    "clock": "control",
    "fault": "fault",
    "requests": "activity.commands",
    "webhooks": "activity.commands",
    "seed": "seed",
    "snapshot": "snapshots",
    "export": "snapshots",
    "import": "snapshots",
    "env": "env",
    "mcp": "mcp",
    "parity": "parity",
    "ca": "ca",
}

_LONGEST_MESSAGE = 400  # characters


class Commands(click.Group):
    """A group of commands, whose help shows the whole first sentence of each, in as many lines as it needs."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl([(name, c.get_short_help_str(_LONGEST_MESSAGE)) for name, c in commands if c])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None:
            from mockstytch.nearest import did_you_mean

            ctx.fail(f"No such command {args[0]!r}.{did_you_mean(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


class _LazyCommands(Commands):
    """A group that imports a command when it is used. Without a command, it runs ``serve``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from importlib import import_module

        if cmd_name not in _MODULES:
            return None
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(import_module(f"mockstytch.cli.{_MODULES[cmd_name]}"), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h", "--version")):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mockstytch")
def cli() -> None:
    """A local server for Stytch's B2B API. Without a command, run serve.

    Not affiliated with Stytch, Inc.
    """


def main() -> None:
    """Run the ``mockstytch`` command.

    Exit with 0 on success, 1 on failure, and 2 if the arguments are wrong or another server uses the database.
    """
    gc.disable()  # imports create no garbage; collecting takes 10 % of the start
    try:
        sys.exit(cli(standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as e:
        click.echo(e.format_message(), err=True)
        sys.exit(e.exit_code)
    except click.UsageError as e:
        sys.exit(_report_usage_error(e))
    except click.ClickException as e:
        click.echo(f"mockstytch: {_one_line(e)}", err=True)
        sys.exit(e.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(0)


def _report_usage_error(error: click.UsageError) -> int:
    """Print what is wrong with the arguments, in one line, and return the exit code."""
    message = _one_line(error).replace("is not a valid integer range", "isn't a whole number")
    if isinstance(error, click.NoSuchOption):
        likely = " or ".join(map(repr, error.possibilities or ()))
        message = f"No such option {error.option_name!r}." + (f" Did you mean {likely}?" if likely else "")
    message = message if message.endswith(("?", ".")) else f"{message}."
    command = error.ctx.command_path if error.ctx else "mockstytch"
    click.echo(f"Error: {message} See '{command} --help'.", err=True)
    return error.exit_code


def _one_line(error: click.ClickException) -> str:
    """Return an error's message as one line, without the middle of a very long one."""
    message = " ".join(error.format_message().split())
    if len(message) <= _LONGEST_MESSAGE:
        return message
    return f"{message[: _LONGEST_MESSAGE // 2]}…{message[-_LONGEST_MESSAGE // 2 :]}"
