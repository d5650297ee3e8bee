"""The command `minsheng`: parses, calls, prints, sets the exit code; nothing else. One file a command.

Exit codes: 0 fine (warnings included), 1 the data has errors, 2 the command was misused, 3 an unexpected fault.
"""

import gc
import io
import os
import signal
import sys

import typer

from pipeline import __version__
from pipeline.cli import audit, build, check, diff, draft, explore, export, plot, proof, query, trace

FINE, MISUSE, FAULT = 0, 2, 3

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Figures of Chinese civil-affairs bulletins: transcribed, checked, typed and published.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (build, check, audit, draft, proof, trace, query, explore, plot, export, diff):
    app.command(name=module.__name__.rpartition(".")[2], help=module.__doc__)(module.command)


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code. No exception leaves."""
    try:
        app(args=arguments, prog_name="minsheng", standalone_mode=True)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else MISUSE
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return FAULT
    except Exception as error:
        if os.environ.get("MINSHENG_DEBUG"):
            raise
        print(f"unexpected fault: {type(error).__name__}: {error}", file=sys.stderr)
        print("MINSHENG_DEBUG=1 shows where; please report it with what you did", file=sys.stderr)
        return FAULT
    return FINE


def run() -> None:
    """Entry point. Leaves without tearing down the interpreter, which after pandas takes a tenth of a second."""
    sys.modules.setdefault("hypothesis", None)  # type: ignore[arg-type]  # pandera loads it where it finds it
    gc.set_threshold(100_000, 50, 100)  # collecting while pandas and its like load costs a tenth of a small build
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `minsheng query … | head` ends quietly
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Chinese shows escapes
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
