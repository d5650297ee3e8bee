"""What lies beside a sheet of figures in a generated archive: actions, and numerals passed over where there is a text."""

import csv
from collections.abc import Iterator
from pathlib import Path

from archive_lists import Source, write_rows

_ACTIONS = [
    "action_no",
    "paragraph",
    "ref_area",
    "theme_id",
    "title_zh",
    "title_en",
    "status",
    "due",
    "figure_nos",
    "note",
]
_PASSED = ["paragraph", "char_start", "char_end", "as_printed", "reason", "note"]
EVERY = 5
"""In a text, one figure in so many has a time before it that is passed over."""


def write_beside(out: Path, source: Source, figures: Path) -> None:
    """Actions for every seventh source, and what is passed over for those with a text."""
    name = f"{source.source_id}.csv"
    if source.number % 7 == 0:
        write_rows(out / "actions" / name, _ACTIONS, _actions(source))
    if source.has_text:
        write_rows(out / "passed_over" / name, _PASSED, _passed_over(figures))


def _actions(source: Source) -> Iterator[dict[str, str]]:
    for number, status in enumerate(("completed", "under_way", "planned"), 1):
        yield {
            "action_no": str(number), "paragraph": "1" if source.has_text else "", "ref_area": source.province_code,
            "theme_id": "social_assistance", "title_zh": f"第{number}项工作", "title_en": f"Task {number}",
            "status": status, "due": str(source.year + 1) if status == "planned" else "", "figure_nos": "1|2",
        }  # fmt: skip


def _passed_over(figures: Path) -> Iterator[dict[str, str]]:
    with open(figures, encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if int(row["figure_no"]) % EVERY == 0:
                start = int(row["char_start"]) - 5
                yield {
                    "paragraph": row["paragraph"], "char_start": str(start), "char_end": str(start + 3),
                    "as_printed": "上半年", "reason": "date",
                }  # fmt: skip
