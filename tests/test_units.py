import pytest

from pipeline.units import UnitError, Units

ROWS = [
    {"unit_id": "yuan_per_person", "pint": "yuan / person", "dimension": "money/person"},
    {"unit_id": "yuan", "pint": "[money]", "dimension": "money"},
    {"unit_id": "person", "pint": "[person]", "dimension": "person"},
    {"unit_id": "household", "pint": "[household]", "dimension": "household"},
    {"unit_id": "percent", "pint": "0.01", "dimension": "dimensionless"},
]


@pytest.fixture(scope="module")
def units() -> Units:
    found = Units()
    for row in ROWS:
        found.define(row["unit_id"], row["pint"])
    return found


@pytest.mark.parametrize("row", ROWS)
def test_a_unit_has_its_declared_dimension_whatever_the_order(units: Units, row: dict[str, str]) -> None:
    units.prove(row["unit_id"], row["dimension"])


def test_households_do_not_add_to_persons(units: Units) -> None:
    with pytest.raises(UnitError, match="household - person is no household"):
        units.combined("household", "-", "person", "household")


@pytest.mark.parametrize(
    ("left", "operator", "right", "result", "factor"),
    [
        ("person", "/", "person", "percent", 100),
        ("person", "*", "percent", "person", 0.01),
        ("yuan", "/", "person", "yuan_per_person", 1),
        ("yuan", "-", "yuan", "yuan", 1),
    ],
)
def test_the_factor_of_a_formula(
    units: Units, left: str, operator: str, right: str, result: str, factor: float
) -> None:
    assert units.combined(left, operator, right, result) == pytest.approx(factor, rel=1e-15)


@pytest.mark.parametrize("definition", ["[money", "yuan yuan yuan /", "= 3"])
def test_what_is_no_definition_is_refused(definition: str) -> None:
    units = Units()
    with pytest.raises(UnitError):
        units.define("odd", definition)
        units.prove("odd", "money")


def test_a_unit_that_stands_on_nothing_is_refused(units: Units) -> None:
    units.define("yuan_per_day", "yuan / day")
    with pytest.raises(UnitError, match="cannot be resolved"):
        units.prove("yuan_per_day", "money")


def test_a_dimension_that_no_unit_has_is_refused(units: Units) -> None:
    with pytest.raises(UnitError, match="names something that no unit has"):
        units.prove("yuan", "gold")
