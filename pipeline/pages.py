"""Files that people open: pages of one file that asks for nothing from outside, put in place at one stroke.

What a page shows may say anything. So it gets it as data and never as markup: all is ASCII in JSON islands without `<`,
and the policy runs the page's own scripts and no other.
"""

import base64
import hashlib
import json
import re
import tempfile
from pathlib import Path
from typing import Any


class NotWritten(Exception):
    """The file cannot be put where it was asked for; the message says why."""


def write(content: bytes, path: Path, beginning: bytes, *, what: str = "page", private: bool = False) -> None:
    """Put a file in place at one stroke; only a file that begins alike is replaced.

    Raises NotWritten, and for a link, folder or device too: what stands there is no earlier one of ours.
    """
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise NotWritten(f"{path} is no plain file: name another with --out")
        if path.exists() and not path.read_bytes().startswith(beginning):
            raise NotWritten(f"{path} is there and no {what} of ours: name another with --out")
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".minsheng-") as scratch:
            draft = Path(scratch) / "draft"
            draft.touch(0o600 if private else 0o666)
            draft.write_bytes(content)
            draft.replace(path)
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {error.strerror}") from error


def policy(page: str, more: str = "", trusted: str = "'none'") -> str:
    """What the browser lets a page do: run its own scripts and style, by their hashes, and nothing else."""
    own = ""
    for tag in ("script", "style"):
        hashes = [
            f"'sha256-{base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()}'"
            for inner in re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        ]
        own += f"; {tag}-src {' '.join(hashes)}"
    rest = f"base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types {trusted}"
    return f"default-src 'none'{own}{more}; {rest}"


def island(content: Any) -> str:
    """JSON that no reader of HTML mistakes for markup; what JSON does not know, such as dates, as text."""
    text = json.dumps(content, allow_nan=False, separators=(",", ":"), default=str)
    return re.sub("[<>&]", lambda m: f"\\u{ord(m[0]):04x}", text)
