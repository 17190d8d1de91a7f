"""The script `clipscape`: the commands of the laboratory, and `clipscape run`, which opens the app."""

from typing import Annotated

import typer

from core import cli


@cli.app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(
    context: typer.Context,
    address: Annotated[
        str | None, typer.Option(help="Where to listen; beyond 127.0.0.1 people sign in, see `accounts`.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Left out: 8501, or the next one that is free.")] = None,
) -> None:
    """Open the app in the browser; options of `streamlit run` may follow, e.g. --server.baseUrlPath lab."""
    from app.launch import launch

    given = {"--server.address": address, "--server.port": port}
    launch([*(f"{name}={value}" for name, value in given.items() if value is not None), *context.args])


def main() -> None:
    """Runs the command of `sys.argv` and ends the process."""
    cli.main("clipscape")
