"""``mockstytch ca``"""

from pathlib import Path

import click


@click.command()
@click.option(
    "--bundle",
    metavar="FILE",
    help='Write the CA together with the certificates that this system trusts; "-" prints them.',
)
def ca(bundle: str | None) -> None:
    """Print the certificate of the local CA, as PEM. It is created on first use.

    The CA signs the certificate of serve --tls-port.
    """
    from mockstytch.dev_tls import load_or_create_ca
    from mockstytch.takeover.trust import joined, system_roots

    try:
        certificate = load_or_create_ca()[0].read_bytes()
    except OSError as e:
        raise click.ClickException(f"can't write the local CA: {e}") from None
    if bundle is None or bundle == "-":
        click.echo(joined(system_roots(), certificate) if bundle else certificate, nl=False)
        return
    try:
        Path(bundle).write_bytes(joined(system_roots(), certificate))
    except OSError as e:
        raise click.ClickException(f"{bundle} can't be written: {e.strerror}") from None
