"""The unit registry, over pint: what is counted is a dimension, so households never add to persons.

Built from the code list alone; nothing of pint's own definitions is loaded.
"""

import re
from typing import Any

import pint

_BASE = re.compile(r"\[(\w+)\]")
_NAME = re.compile(r"[a-z]\w*")


class UnitError(Exception):
    """A unit that cannot be defined, or a product of units that is not what was declared."""


class Units:
    """Units by id: each defined, then proven to have its dimension."""

    def __init__(self) -> None:
        self.registry: Any = pint.UnitRegistry(None)
        self.bases: set[str] = set()

    def define(self, unit_id: str, definition: str) -> None:
        """Add a unit; the units it is made of may come later. Raises UnitError where it cannot be read."""
        try:
            for name in set(_BASE.findall(definition)) - self.bases:
                self.registry.define(f"base_{name} = [{name}]")
                self.bases.add(name)
            self.registry.define(f"{unit_id} = " + _BASE.sub(r"base_\1", definition))
        except Exception as error:  # pint raises many kinds, down to those of its tokeniser
            raise UnitError(f"{definition!r} cannot be read as a unit: {error}") from error

    def prove(self, unit_id: str, dimension: str) -> None:
        """Raises UnitError where a unit stands on nothing, or has another dimension than declared."""
        try:
            seen = self.registry.Quantity(1, unit_id).dimensionality
        except Exception as error:
            raise UnitError(f"{unit_id} cannot be resolved: {error}") from error
        if seen != (declared := self._dimension(dimension)):
            raise UnitError(f"{unit_id} is defined as {_shown(seen)} but declared as {_shown(declared)}")

    def _dimension(self, dimension: str) -> Any:
        text = "1" if dimension == "dimensionless" else _NAME.sub(lambda m: f"base_{m[0]}", dimension)
        try:
            return (1 * self.registry.parse_expression(text) * self.registry.Unit("")).dimensionality
        except Exception as error:
            raise UnitError(f"dimension {dimension!r} names something that no unit has: {error}") from error

    def combined(self, left: str, operator: str, right: str, result: str) -> float:
        """The factor that turns `left operator right` into `result`. Raises UnitError where dimensions differ."""
        try:
            a, b = self.registry.Quantity(1.0, left), self.registry.Quantity(1.0, right)
            combined = a * b if operator == "*" else a / b if operator == "/" else a + 0 * b
            return float(combined.to(result).magnitude)
        except (pint.DimensionalityError, pint.UndefinedUnitError) as error:
            raise UnitError(f"{left} {operator} {right} is no {result}: {error}") from error


def _shown(dimensionality: Any) -> str:
    return " · ".join(f"{k}^{v:g}" for k, v in sorted(dimensionality.items())) or "dimensionless"
