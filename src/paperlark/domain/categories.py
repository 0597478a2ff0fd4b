"""arXiv's categories, as of 2026 (https://arxiv.org/category_taxonomy)."""

from __future__ import annotations

from difflib import get_close_matches

_SUBJECTS = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE"
    " NI OH OS PF PL RO SC SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "gr-qc": "",
    "hep-ex": "",
    "hep-lat": "",
    "hep-ph": "",
    "hep-th": "",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA"
    " RT SG SP ST",
    "math-ph": "",
    "nlin": "AO CD CG PS SI",
    "nucl-ex": "",
    "nucl-th": "",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph"
    " flu-dyn gen-ph geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "quant-ph": "",
    "stat": "AP CO ME ML OT TH",
}

CATEGORIES = frozenset(
    [
        f"{archive}.{subject}"
        for archive, subjects in _SUBJECTS.items()
        for subject in subjects.split()
    ]
    + list(_SUBJECTS)
)
"""Every category, and every archive as a whole (`cs`), because feeds take those too."""


def nearest_category(text: str) -> str | None:
    """Guess which category was meant; None where nothing is near."""
    folded = {category.lower(): category for category in CATEGORIES}
    found = get_close_matches(text.strip().lower().replace("_", "."), folded, n=1, cutoff=0.7)
    return folded[found[0]] if found else None
