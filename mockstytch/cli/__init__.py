"""The command line. Each command's module is imported when the command is used."""

import gc
import sys

import click

from mockstytch import __version__

_COMMANDS = {
    "serve": "serve",
    "demo": "demo",
    "scenario": "scenario",
    "inbox": "inbox",
    "reset": "control",
    "clock": "control",
    "env": "env",
}


class _Commands(click.Group):
    """Knows the commands by name; ``mockstytch --port 5000`` means ``mockstytch serve --port 5000``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from importlib import import_module

        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"mockstytch.cli.{_COMMANDS[cmd_name]}"), cmd_name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h", "--version")):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mockstytch")
def cli() -> None:
    """Stytch's B2B authentication API on your own machine. Without a command: serve.

    Independent of Stytch, Inc.
    """


def main() -> None:
    """The ``mockstytch`` command."""
    gc.disable()  # nothing that an import makes is garbage: 10 % of the start
    try:
        sys.exit(cli(standalone_mode=False) or 0)
    except click.UsageError as e:
        e.show()
        sys.exit(2)
    except click.ClickException as e:
        click.echo(f"mockstytch: {e.format_message()}", err=True)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(0)
