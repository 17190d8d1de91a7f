"""The script `clipscape`: the commands of the laboratory, and `clipscape run`, which opens the app."""

import typer

from core import cli


@cli.app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(context: typer.Context) -> None:
    """Open the app in the browser; options of `streamlit run` may follow, e.g. --server.port 8600."""
    from app.launch import launch

    launch(context.args)


def main() -> None:
    """Runs the command of `sys.argv` and ends the process."""
    cli.main("clipscape")
