"""What a transcriber does with a bulletin's text at hand: draft its sheets, audit them and keep the receipts."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import stage
from pipeline.evidence import draft as drafts
from pipeline.evidence import receipts, texts
from pipeline.evidence.audit import STATES, Account
from pipeline.evidence.draft import Draft, DraftError
from pipeline.evidence.texts import Text
from pipeline.findings import Finding, errors, nearest
from pipeline.schemas import TABLES
from pipeline.stage import Staged

SHEETS = {Path(table.raw).parent.name for table in TABLES.values() if table.is_sheet}


class NoText(Exception):
    """A source's text is not at hand, or there is no such source; the message says where it was looked for."""


@dataclass(frozen=True)
class Audit:
    """Of each audited source: its numerals by state, and how many receipts were written (none where it has errors)."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    receipts: dict[str, int] = field(default_factory=dict)
    without_text: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def account_of(staged: Staged, source_id: str, raw: Path, documents: Path | None = None) -> Account:
    """The account of one source. Raises NoText where its text was not read."""
    if source_id not in staged.accounts:
        raise NoText(_why_not(staged, source_id, texts.folder(raw, documents)))
    return staged.accounts[source_id]


def audit(raw: Path, sources: list[str] | None = None, documents: Path | None = None) -> Audit:
    """Audit the named sources, or all whose text is there; each that is clean gets its receipts in `raw`.

    Raises NoText for a named source without a text, and where no source has one.
    """
    with stage.opened(raw, documents) as staged:
        known = list(staged.codes.sources) if staged.codes else []
        wanted = sources or [s for s in known if s in staged.accounts]
        if staged.codes is None:
            return Audit(findings=list(staged.findings))
        for source_id in wanted or [""]:
            account_of(staged, source_id, raw, documents)
        result = Audit(without_text=[s for s in known if s not in staged.accounts])
        others = {s for s in known if s not in wanted}
        result.findings.extend(f for f in staged.findings if not _is_about(f, others) and f.rule != "receipt-stale")
        for source_id in wanted:
            account = staged.accounts[source_id]
            result.counts[source_id] = {state: account.count(state) for state in STATES}
            concerning = [f for f in staged.findings if not _is_about(f, {*known} - {source_id})]
            if not errors(f for f in concerning if not f.file.startswith("receipts/")):
                sha256 = account.text.sha256
                result.receipts[source_id] = receipts.write(staged.connection, source_id, sha256, raw)
        return result


def draft(text: Path, source_id: str, raw: Path, area: str = "", period: str = "") -> tuple[Draft, list[Path]]:
    """Draft a bulletin's sheets into `raw`; the draft and the files. Raises NoText, DraftError."""
    try:
        content = Text.read(text)
    except OSError as error:
        raise NoText(f"{text} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise NoText(f"{text} is not UTF-8") from error
    if "\0" in content.content or not content.content.strip():
        raise NoText(f"{text} is {'empty' if not content.content.strip() else 'no text: it has NUL characters'}")
    with tempfile.TemporaryDirectory(prefix="minsheng-") as scratch:
        staged = stage.read_lists(raw, Path(scratch))
        with staged.connection:
            if staged.codes is None:
                raise DraftError(f"the code lists of {raw} cannot be read: minsheng check tells why")
            _is_known(area, staged, "areas", "code")
            _is_consistent(source_id, content, staged)
            result = drafts.draft(content, source_id, staged.codes, area, period)
    return result, drafts.write(result, raw)


def _is_consistent(source_id: str, text: Text, staged: Staged) -> None:
    """A source that is there already must be of this text."""
    known = staged.codes.sources.get(source_id) if staged.codes else None
    if known and known["text_sha256"] not in {None, text.sha256}:
        raise DraftError(f"{source_id} is in sources.csv already, with the hash of another text")


def _is_known(value: str, staged: Staged, table: str, column: str) -> None:
    assert staged.codes is not None
    known = [str(code) for code in staged.codes.tables[table][column].to_pylist()]
    if value and value not in known:
        raise DraftError(f"{value!r} is not in {table}.{column}; {nearest(value, known)}".rstrip("; "))


def _is_about(found: Finding, sources: set[str]) -> bool:
    """True for a finding about a sheet or the text of one of these sources."""
    path = Path(found.file)
    if found.rule == "text-hash":
        return found.message.split(".txt ")[0] in sources
    return (path.parent.name in SHEETS or path.suffix == ".txt") and path.stem in sources


def _why_not(staged: Staged, source_id: str, folder: Path) -> str:
    known = staged.codes.sources if staged.codes else {}
    if not source_id:
        return f"there is no text in {folder}: put a bulletin there as <source_id>.txt, or set MINSHENG_DOCUMENTS"
    if source_id not in known:
        return f"there is no source {source_id!r} in sources.csv"
    path = folder / f"{source_id}.txt"
    if known[source_id]["text_sha256"] is not None and (path.exists() or path.is_symlink()):
        return f"{path} cannot be read as a text in UTF-8"
    if known[source_id]["text_sha256"] is None:
        return f"{source_id} was transcribed without a text: sources.csv has no text_sha256"
    return f"{path} is not there: put your copy of the bulletin there"
