"""Figures for papers: `minsheng plot` draws what the explorer shows, and never boxes for Chinese."""

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from pipeline.cli import main
from pipeline.explorer import charts, figure

PICTURES = {
    "docs/dibao-persons.svg": ["dibao_persons", "--area", "320000"],
    "docs/marriages-zh.svg": ["marriages", "--area", "CN", "--language", "zh"],
}
"""What the README shows, and the command that writes it."""

NO_FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{}</dir></fontconfig>'


@pytest.mark.parametrize("picture", PICTURES)
def test_the_pictures_of_the_readme_are_what_the_command_writes(picture: str, built: Path, tmp_path: Path) -> None:
    assert main(["plot", *PICTURES[picture], "--data", str(built), "-o", str(tmp_path / "now.svg")]) == 0
    assert (tmp_path / "now.svg").read_bytes() == (ROOT / picture).read_bytes()
    for readme in ("README.md", "README.zh.md"):
        assert f"]({picture})" in (ROOT / readme).read_text(encoding="utf-8")


def test_every_picture_of_the_documents_is_one_of_those() -> None:
    assert {f"docs/{file.name}" for file in (ROOT / "docs").iterdir()} == set(PICTURES)
    shown = re.findall(r"!\[[^]]*\]\(([^)]*)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert shown == list(PICTURES)


def test_a_figure_has_every_value_of_the_longest_series(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "figure.svg"
    assert main(["plot", "dibao_persons", "--data", str(built), "-o", str(out)]) == 0
    assert "Persons on minimum living allowance, Jiangsu, 5 figures" in capsys.readouterr().out
    marks = re.findall(r'<g class="mark-symbol role-mark.*?</g>', out.read_text(encoding="utf-8"), re.DOTALL)
    assert sum(group.count("<path") for group in marks) == 5


def test_gaps_are_gaps_and_bounds_are_whiskers(built: Path) -> None:
    rows = figure._series("marriages", "CN", built)
    values = figure.specification(rows, "en")["data"]["values"]
    assert [row["value"] is None for row in values].count(True) == 6
    assert all(row["lower"] < row["value"] < row["upper"] for row in values if row["value"] is not None)


def test_a_flow_stands_in_the_middle_of_its_period_and_a_stock_at_its_day(built: Path) -> None:
    assert str(figure._series("marriages", "CN", built)[-1]["midst"]) == "2022-07-02"
    assert str(figure._series("dibao_persons", "320000", built)[0]["midst"]) == "2022-06-30"


def test_page_and_paper_draw_the_same_but_for_their_look() -> None:
    on_page, on_paper = charts.for_page()["series"]["zh"], charts.series(charts.PAPERS["zh"], "zh")
    look = {"config", "width", "autosize"}
    assert re.sub(
        r"var\(--accent\)", charts.PAPERS["zh"].accent, str({k: v for k, v in on_page.items() if k not in look})
    ) == str({k: v for k, v in on_paper.items() if k not in look})


def test_a_png_is_twice_as_fine_as_its_size(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "figure.png"
    assert main(["plot", "marriages", "--area", "CN", "--language", "zh", "--data", str(built), "-o", str(out)]) == 0
    width, height = struct.unpack(">II", out.read_bytes()[16:24])
    assert width > 1100 > height > 400


# --- fonts --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["figure.png", "figure.svg"])
def test_without_a_chinese_font_the_package_is_named_and_nothing_drawn(name: str, built: Path, tmp_path: Path) -> None:
    """In a process of its own: fonts are looked for once."""
    (tmp_path / "fonts.conf").write_text(NO_FONTS.format(tmp_path / "none"))
    code = "from pipeline.cli import run; run()"
    command = [sys.executable, "-c", code, "plot", "marriages", "--language", "zh", "--data", str(built), "-o", name]
    environment = os.environ | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "apt-get install fonts-noto-cjk" in done.stderr
    assert not (tmp_path / name).exists()


def test_english_needs_no_chinese_font(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure, "draws_chinese", lambda: False)
    out = tmp_path / "figure.svg"
    assert main(["plot", "dibao_persons", "--data", str(built), "-o", str(out)]) == 0
    assert not re.search("[\u2e80-\uffff]", out.read_text(encoding="utf-8"))


def test_a_font_that_is_there_is_seen() -> None:
    assert figure.draws_chinese()


# --- what cannot be drawn -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["dibao_person", "-o", "f.svg"], "no indicator 'dibao_person': did you mean dibao_persons?"),
        (["\x1b[31m", "-o", "f.svg"], r"no indicator '\x1b[31m'"),
        (["dibao_persons", "--area", "110000", "-o", "f.svg"], "there are: 320000, 320100, 330000, CN"),
        (["dibao_persons", "-o", "f.gif"], "f.gif is neither .png nor .svg"),
        (["dibao_persons", "-o", "nowhere/f.svg"], "cannot be written: No such file"),
        (["dibao_persons", "-o", "mine.svg"], "mine.svg is there and no figure of ours"),
        (["dibao_persons", "--data", "empty", "-o", "f.svg"], "no dataset in empty"),
    ],
)
def test_what_cannot_be_drawn_is_told(
    arguments: list[str],
    reason: str,
    built: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "mine.svg").write_text("mine")
    data = [] if "--data" in arguments else ["--data", str(built)]
    assert main(["plot", *arguments, *data]) == 2
    assert reason in capsys.readouterr().err
    assert sorted(file.name for file in tmp_path.iterdir()) == ["empty", "mine.svg"]
    assert (tmp_path / "mine.svg").read_text() == "mine"


def test_a_figure_of_ours_is_replaced(built: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert main(["plot", "dibao_persons", "--data", str(built), "-o", str(tmp_path / "f.svg")]) == 0
    assert [file.name for file in tmp_path.iterdir()] == ["f.svg"]
