"""What commands print: findings, tables, and complaints about misuse."""

import json
import re
import sys
from collections.abc import Sequence
from typing import Any, TextIO

import typer

from pipeline.findings import ERROR, Finding, folded, visible


def misuse(message: str) -> typer.Exit:
    """Say what was wrong with the call; the exception to raise."""
    say(f"minsheng: {message}", file=sys.stderr)
    return typer.Exit(2)


def say(message: str, file: TextIO | None = None) -> None:
    """Print lines that name files or data: nothing in them that a terminal obeys."""
    print(tamed("\n".join(visible(line, 10_000) for line in message.split("\n"))), file=file)


def tamed(text: str) -> str:
    """The same lines, of which none is a command to the CI service that reads the log (`::error::`, `##[error]`)."""
    return re.sub(r"^(\s*)(?=::)", r"\1\\", text, flags=re.MULTILINE).replace("##[", "##\\[")


def as_json(value: Any) -> str:
    """JSON in which whatever a terminal might obey is an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    return re.sub(r"[^\n -~]", lambda m: m[0] if m[0].isprintable() else json.dumps(m[0])[1:-1], text)


def show_findings(findings: Sequence[Finding], json_wanted: bool) -> None:
    if json_wanted:
        separator = "[\n"
        for each in findings:  # one at a time: there may be millions
            print(separator + as_json(each.as_dict()), end="")
            separator = ",\n"
        print("\n]" if findings else "[]")
    else:
        print_findings(findings)


def print_findings(findings: Sequence[Finding]) -> None:
    """Findings by rule on stderr, folded and counted past fifty of a rule, and a last line that counts them."""
    for rule, shown, more in folded(findings):
        for finding in shown:
            _print_finding(finding)
        if more:
            print(f"… and {more:,} more of rule {rule}: --json has them all\n", file=sys.stderr)
    print(counted(findings), file=sys.stderr)


def _print_finding(finding: Finding) -> None:
    where = f"{finding.file}:{finding.line}" if finding.line else finding.file
    column = f" [{finding.column}]" if finding.column else ""
    print(tamed(f"{finding.severity}: {where}{column} {finding.rule}"), file=sys.stderr)
    print("  " + tamed(finding.message).replace("\n", "\n  "), file=sys.stderr)
    if finding.hint:
        print(f"  → {tamed(finding.hint)}", file=sys.stderr)


def counted(findings: Sequence[Finding]) -> str:
    wrong = sum(f.severity == ERROR for f in findings)
    warnings = len(findings) - wrong
    return f"{plural(wrong, 'error')}, {plural(warnings, 'warning')}"


def plural(count: int, noun: str) -> str:
    """A number with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
