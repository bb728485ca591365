"""Decides which fault hits which request; for the effects see `dev.stand_ins.shop.fault_answers`."""

from dataclasses import dataclass
from random import Random
from typing import Any

from ..common import faults
from ..common.faults import FaultSwitches, check_count
from .fault_answers import KINDS


@dataclass(kw_only=True)
class Fault(faults.Fault):
    """An active fault of a kind in `KINDS`.

    :param options: options of that kind
    :param probability: share of the requests that it hits
    """

    options: dict[str, Any]
    probability: float

    def as_json(self) -> dict:
        values = super().as_json()
        options = values.pop("options")
        return {**values, **options}


class Faults(FaultSwitches[Fault]):
    """The faults of a shop.

    :param seed: decides which requests a probability hits
    """

    def __init__(self, seed: int):
        super().__init__()
        self._random = Random(f"faults/{seed}")

    def add(
        self, kind: str, *, times: int | None = 1, page: int | None = None, probability: float = 1.0, **options: Any
    ) -> Fault:
        """Add a fault, by default for the next request only.

        Raises ``ValueError`` for an unknown kind, option or value.
        """
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; there are {', '.join(sorted(KINDS))}")
        unknown = options.keys() - KINDS[kind].options.keys()
        if unknown:
            known = ", ".join(KINDS[kind].options) or "none"
            raise ValueError(f"{kind} has no option {', '.join(sorted(unknown))}; it has {known}")
        for name, value in options.items():
            if not _fits(value, KINDS[kind].options[name]):
                raise ValueError(f"{value!r} cannot be the {name} of {kind}")
        if not _is_number(probability) or not 0 < probability <= 1:
            raise ValueError("probability must be above 0 and at most 1")
        check_count("times", times)
        check_count("page", page)
        options = {**KINDS[kind].options, **options}
        return self._switch_on(Fault(kind=kind, page=page, times=times, options=options, probability=probability))

    def _meets(self, fault: Fault, page: int) -> bool:
        return super()._meets(fault, page) and (fault.probability == 1 or self._random.random() < fault.probability)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fits(value: Any, default: Any) -> bool:
    """Return whether a value is allowed for an option with this default."""
    if default is None:
        return True
    return _is_number(value) and value >= 0 if _is_number(default) else isinstance(value, type(default))
