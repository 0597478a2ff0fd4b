"""Criteria templates for some fields, and the categories of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files as resources
from types import MappingProxyType

FIELDS: Mapping[str, str] = MappingProxyType({
    "language-models": "cs.CL",
    "computer-vision": "cs.CV eess.IV cs.GR",
    "robotics": "cs.RO cs.SY eess.SY",
    "machine-learning": "cs.LG cs.AI cs.NE stat.ML cs",
    "exoplanets": "astro-ph.EP astro-ph.SR",
    "galaxies": "astro-ph.GA astro-ph.CO astro-ph",
    "quantum-information": "quant-ph",
    "condensed-matter": "cond-mat cond-mat.mes-hall cond-mat.mtrl-sci cond-mat.str-el"
    " cond-mat.supr-con",
    "particle-phenomenology": "hep-ph hep-ex hep-lat",
    "high-energy-theory": "hep-th",
    "number-theory": "math.NT math.AG math",
    "statistics": "stat stat.AP stat.CO stat.ME stat.OT stat.TH math.ST econ.EM",
    "quantitative-biology": "q-bio q-bio.BM q-bio.CB q-bio.GN q-bio.MN q-bio.NC q-bio.PE q-bio.QM"
    " q-bio.SC q-bio.TO physics.bio-ph",
    "economics": "econ econ.GN econ.TH q-fin.EC",
})  # fmt: skip
"""Template names and their categories."""


def field_of(categories: Sequence[str]) -> str | None:
    """Return the name of the template for the first category that has one, else None."""
    named = {category: name for name, own in FIELDS.items() for category in own.split()}
    return next((named[one] for one in categories if one in named), None)


def field_criteria(name: str) -> str:
    """Return the criteria of a template."""
    return resources(__package__).joinpath("templates", "criteria", f"{name}.md").read_text("utf-8")
