"""The generated parts of README.md: the table of commands and what `-h` prints behind each.

python tests/documents.py --write
"""

import re
import subprocess
import sys
from pathlib import Path

from pipeline.cli import app

README = Path(__file__).parent.parent / "README.md"
_WIDTH = "80"


def table() -> str:
    """One row a command: its docstring's first sentence, and its example."""
    rows = ["| command | what it does | example |", "|---|---|---|"]
    for command in app.registered_commands:
        about, _, example = (command.help or "").strip().partition("\n\nExample: ")
        summary = " ".join(about.split("\n\n")[0].split()).rstrip(".")
        rows.append(f"| `{command.name}` | {summary[0].lower()}{summary[1:]} | `{example.splitlines()[0].strip()}` |")
    return "\n".join(rows)


def helps() -> str:
    """What each command prints for `-h`, at 80 columns."""
    blocks = []
    for command in app.registered_commands:
        code = f"from pipeline.cli import main; main(['{command.name}', '-h'])"
        environment = {
            "COLUMNS": _WIDTH,
            "TERMINAL_WIDTH": _WIDTH,
            "NO_COLOR": "1",
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
        }
        printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment,
                                 cwd=README.parent).stdout  # fmt: skip
        text = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
        blocks.append(
            f"<details><summary><code>minsheng {command.name} -h</code></summary>\n\n```text\n{text}\n```\n\n</details>"
        )
    return "\n".join(blocks)


PARTS = {"commands": table, "help": helps}


def rendered(text: str) -> str:
    """A document with each generated part between its markers made anew."""
    for name, make in PARTS.items():
        pattern = rf"(<!-- {name}: generated -->\n).*?(\n<!-- end of {name} -->)"
        text, count = re.subn(pattern, lambda m, make=make: m[1] + "\n" + make() + "\n" + m[2], text, flags=re.DOTALL)
        assert count == 1, f"README.md has no markers for {name}"
    return text


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    README.write_text(rendered(README.read_text(encoding="utf-8")), encoding="utf-8")
