"""``mockstytch demo``"""

from typing import Any

import click

from mockstytch.cli.bundled import load
from mockstytch.cli.serve import Running, prepared, run, server_options

_ANYWHERE = ("127.0.0.1", "0.0.0.0", "::1", "::", "localhost")  # noqa: S104 · compared, not bound


@click.command()
@server_options
@click.option(
    "--demo-port",
    default=3000,
    envvar="MOCKSTYTCH_DEMO_PORT",
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Where the demo app listens. 0 picks a free one.",
)
def demo(demo_port: int, **options: Any) -> None:
    """Run the server together with a demo app that logs people in through it."""
    demo_app = load("demo_app")
    running = prepared(**options)
    url = _added(demo_app, running, options["host"], demo_port)
    run(running, lambda: click.echo(f"The demo app is at {url}\n\n{running.greeting()}"))


def _added(demo_app: Any, running: Running, host: str, port: int) -> str:
    """Put the demo app beside the server that is about to run; answers where a browser finds it.

    Raises:
        ClickException: the port is taken.
    """
    from mockstytch.server import listening, url_of

    try:
        at = listening(host, port)
    except OSError as e:
        raise click.ClickException(
            f"the demo app can't listen on {host}:{port} ({e.strerror or e}). Choose another with --demo-port."
        ) from None
    url = url_of("localhost" if host in _ANYWHERE else host, at.getsockname()[1])
    facts = running.facts()
    app = demo_app.create_app(
        demo_app.Settings(
            project_id=facts["project_id"],
            secret=facts["secret"],
            public_token=facts["public_token"],
            environment=f"{facts['url']}/",
            base_url=url,
            inbox_url=facts["console_url"],
        )
    )
    running.server.add(app, at)
    return url
