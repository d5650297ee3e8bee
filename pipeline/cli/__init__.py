"""The command `minsheng`: parses, calls, prints, sets the exit code; nothing else. One file a command.

Exit codes: 0 fine (warnings included), 1 the data has errors, 2 the command was misused or its target not written,
3 an unexpected fault, 128 and a signal's number where one stopped it: 130 an interrupt from the keyboard, 143 SIGTERM.
"""

import gc
import io
import os
import signal
import sys
from pathlib import Path
from types import FrameType

import typer

from pipeline import __version__
from pipeline.cli import audit, build, check, diff, draft, explore, export, plot, proof, query, trace, verify

FINE, MISUSE, FAULT, INTERRUPTED = 0, 2, 3, 128 + signal.SIGINT

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Figures of Chinese civil-affairs bulletins: transcribed, checked, typed and published.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (build, check, audit, draft, proof, trace, query, explore, plot, verify, export, diff):
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


class Stopped(BaseException):
    """A signal told the command to end. No Exception: it cleans up on its way, and nobody takes it for a fault."""


_stops: list[int] = []
"""Numbers of the signals that told this process to end: a library may have made another error of what one raised."""


def _stop(number: int, _frame: FrameType | None) -> None:
    _stops.append(number)
    for each in _stopping():
        signal.signal(each, signal.SIG_IGN)  # cleaning up is not cut short
    os.write(2, b"minsheng: stopped\n")
    raise Stopped


def _hang_up(number: int, _frame: FrameType | None) -> None:
    """Nobody reads on: `minsheng query … | head` ends quietly, and cleans up."""
    _stops.append(number)
    signal.signal(number, signal.SIG_IGN)
    raise Stopped


def _stopping() -> list[signal.Signals]:
    """Signals that end a process and leave it time, but for those that it was started to ignore (nohup)."""
    known = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    return [each for each in known if signal.getsignal(each) is not signal.SIG_IGN]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code. No exception leaves."""
    code = _run(arguments)
    return 128 + _stops[0] if _stops else code


def _why_not(arguments: list[str]) -> str:
    """What is wrong with the call itself, if anything: DuckDB takes no names but Unicode."""
    try:
        here = str(Path.cwd())
    except OSError:
        return "the folder you are in is gone"
    odd = [word for word in (*arguments, here) if any("\ud800" <= c <= "\udfff" for c in word)]
    return f"{odd[0]!r} is no Unicode: names and queries are in UTF-8" if odd else ""


def _run(arguments: list[str] | None) -> int:
    if reason := _why_not(sys.argv[1:] if arguments is None else arguments):
        print(f"minsheng: {reason}", file=sys.stderr)
        return MISUSE
    try:
        app(args=arguments, prog_name="minsheng", standalone_mode=True)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else MISUSE
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except Stopped:
        return INTERRUPTED
    except Exception as error:
        if _stops:
            return INTERRUPTED
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
        signal.signal(signal.SIGPIPE, _hang_up)
    for number in _stopping():
        signal.signal(number, _stop)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Chinese shows escapes
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
