"""Let Odoo compare its days with the shop's summaries: the reconciliation that a bookkeeper sees."""

from dataclasses import dataclass

from .. import progress
from ..server.odoo_client import OdooClient

FIGURES = ("orders", "refunds", "gross", "tax")
FIELDS = [f"{side}_{figure}" for figure in FIGURES for side in ("shop", "odoo")]


@dataclass(frozen=True)
class Proof:
    """A day of a branch as Odoo has checked it.

    :param figures: as text
    :param problems: the reasons of the differences, with their orders
    """

    day: str
    branch: str
    state: str
    figures: tuple[str, ...]
    problems: str

    @property
    def agrees(self) -> bool:
        return self.state == "green"


def prove(client: OdooClient, store: int) -> list[Proof]:
    """Press Check Now, and return the days of a store."""
    with progress.step("Reconciliation of the past days"):
        client.call("external.proof", "action_check_now", [])
    names = ["day", "pos_config_id", "state", "message", *FIELDS]
    found = client.call("external.proof", "search_read", [("sync_id", "=", store)], names)
    lines = client.call("external.proof.line", "search_read", [], ["proof_id", "reason", "external_id"])
    return [
        Proof(
            day=proof["day"],
            branch=proof["pos_config_id"][1],
            state=proof["state"],
            figures=tuple(str(proof[name]) for name in FIELDS),
            problems=_problems(proof, lines),
        )
        for proof in sorted(found, key=lambda proof: (proof["day"], proof["pos_config_id"][1]))
    ]


def _problems(proof: dict, lines: list[dict]) -> str:
    named = [f"{line['external_id'] or ''} {line['reason']}" for line in lines if line["proof_id"][0] == proof["id"]]
    return ", ".join(filter(None, [proof["message"], *named]))


def table(proofs: list[Proof]) -> str:
    """Return the days as text."""
    heads = [f"{figure}: {side}" for figure in FIGURES for side in ("shop", "Odoo")]
    rows = [("proof of day", "branch", *heads, "state"), *((p.day, p.branch, *p.figures, p.state) for p in proofs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    for place, proof in enumerate(proofs, 1):
        text[place] += f" {proof.problems}"
    return "\n".join(line.rstrip() for line in text)
