"""``mockstytch demo``"""

from typing import Any

import click

from mockstytch.cli.bundled import load
from mockstytch.cli.serve import PreparedServer, port_error, prepare, run, server_options
from mockstytch.settings import url_of

_LOOPBACK_OR_ALL = ("127.0.0.1", "0.0.0.0", "::1", "::", "localhost")  # noqa: S104 · compared, not bound


@click.command()
@server_options
@click.option(
    "--demo-port",
    default=3000,
    envvar="MOCKSTYTCH_DEMO_PORT",
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port of the demo app. 0 picks a free port.",
)
def demo(demo_port: int, **options: Any) -> None:
    """Run the server, and a demo app with a login."""
    demo_app = load("demo_app")
    prepared = prepare(**options)
    url = _add_demo_app(demo_app, prepared, options["host"], demo_port)
    run(prepared, lambda: click.echo(f"The demo app is at {url}\n\n{prepared.greeting()}"))


def _add_demo_app(demo_app: Any, prepared: PreparedServer, host: str, port: int) -> str:
    """Serve the demo app in the same process, and return its URL.

    Raises:
        ClickException: if the port is in use.
    """
    from mockstytch.server import open_listener

    try:
        listener = open_listener(host, port)
    except OSError as e:
        raise port_error(host, port, e, "--demo-port") from None
    url = url_of("localhost" if host in _LOOPBACK_OR_ALL else host, listener.getsockname()[1])
    facts = prepared.facts()
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
    prepared.server.add(app, listener)
    return url
