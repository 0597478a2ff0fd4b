"""arXiv's categories by code and name, as of 2026 (https://arxiv.org/category_taxonomy).

A line is a code, arXiv's English name, and synonyms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

_LINES = """
astro-ph | Astrophysics | astronomy
astro-ph.CO | Cosmology and Nongalactic Astrophysics | dark matter, dark energy, CMB
astro-ph.EP | Earth and Planetary Astrophysics | exoplanets, planets, asteroids, comets
astro-ph.GA | Astrophysics of Galaxies | Milky Way, interstellar medium, star formation, AGN
astro-ph.HE | High Energy Astrophysical Phenomena | black holes, supernovae, gamma rays
astro-ph.IM | Instrumentation and Methods for Astrophysics | telescopes, surveys
astro-ph.SR | Solar and Stellar Astrophysics | stars, sun, white dwarfs, brown dwarfs
cond-mat | Condensed Matter | solid state
cond-mat.dis-nn | Disordered Systems and Neural Networks | glasses, localization
cond-mat.mes-hall | Mesoscale and Nanoscale Physics | graphene, quantum dots
cond-mat.mtrl-sci | Materials Science | materials, density functional theory, DFT
cond-mat.other | Other Condensed Matter |
cond-mat.quant-gas | Quantum Gases | cold atoms, ultracold atoms, Bose-Einstein condensates
cond-mat.soft | Soft Condensed Matter | polymers, colloids, liquid crystals, active matter
cond-mat.stat-mech | Statistical Mechanics | phase transitions, thermodynamics
cond-mat.str-el | Strongly Correlated Electrons | quantum magnetism, spin liquids, Mott insulators
cond-mat.supr-con | Superconductivity | superconductors
cs | Computer Science | informatics
cs.AI | Artificial Intelligence | planning, reasoning, agents
cs.AR | Hardware Architecture | computer architecture, accelerators, FPGA
cs.CC | Computational Complexity | complexity theory
cs.CE | Computational Engineering, Finance, and Science | simulation
cs.CG | Computational Geometry |
cs.CL | Computation and Language | NLP, natural language, language models, LLM
cs.CR | Cryptography and Security | privacy, malware, encryption
cs.CV | Computer Vision and Pattern Recognition | images, video, segmentation, object detection
cs.CY | Computers and Society | ethics, education, fairness
cs.DB | Databases | data management, SQL
cs.DC | Distributed, Parallel, and Cluster Computing | cloud, GPU, high performance computing, HPC
cs.DL | Digital Libraries | bibliometrics, scientometrics
cs.DM | Discrete Mathematics |
cs.DS | Data Structures and Algorithms |
cs.ET | Emerging Technologies | neuromorphic computing
cs.FL | Formal Languages and Automata Theory |
cs.GL | General Literature |
cs.GR | Graphics | rendering, computer graphics
cs.GT | Computer Science and Game Theory | auctions, mechanism design
cs.HC | Human-Computer Interaction | HCI, user interfaces, user studies
cs.IR | Information Retrieval | search engines, recommender systems, recommendation
cs.IT | Information Theory | coding theory, wireless communication
cs.LG | Machine Learning | deep learning, neural networks, reinforcement learning, ML
cs.LO | Logic in Computer Science | verification, theorem proving, type theory
cs.MA | Multiagent Systems | multi-agent systems
cs.MM | Multimedia | audio and video
cs.MS | Mathematical Software |
cs.NA | Numerical Analysis |
cs.NE | Neural and Evolutionary Computing | genetic algorithms, evolutionary computation
cs.NI | Networking and Internet Architecture | networks, 5G, internet of things
cs.OH | Other Computer Science |
cs.OS | Operating Systems | kernels
cs.PF | Performance | benchmarking, queueing
cs.PL | Programming Languages | compilers, program analysis
cs.RO | Robotics | robots, manipulation, autonomous driving
cs.SC | Symbolic Computation | computer algebra
cs.SD | Sound | music, speech
cs.SE | Software Engineering | testing, code generation, bugs
cs.SI | Social and Information Networks | social networks, graphs
cs.SY | Systems and Control | control theory
econ | Economics |
econ.EM | Econometrics | causal inference
econ.GN | General Economics | macroeconomics, labor economics, development
econ.TH | Theoretical Economics | microeconomics, contract theory, mechanism design
eess | Electrical Engineering and Systems Science |
eess.AS | Audio and Speech Processing | speech recognition, ASR, text to speech
eess.IV | Image and Video Processing | medical imaging, compression
eess.SP | Signal Processing | radar, wireless communication
eess.SY | Systems and Control | control theory, power systems
gr-qc | General Relativity and Quantum Cosmology | gravitational waves, gravity, black holes
hep-ex | High Energy Physics - Experiment | particle physics, LHC, colliders, neutrinos
hep-lat | High Energy Physics - Lattice | lattice QCD, lattice gauge theory
hep-ph | High Energy Physics - Phenomenology | particle physics, neutrinos
hep-th | High Energy Physics - Theory | string theory, quantum field theory, holography
math | Mathematics |
math.AC | Commutative Algebra |
math.AG | Algebraic Geometry | schemes, moduli
math.AP | Analysis of PDEs | partial differential equations
math.AT | Algebraic Topology | homotopy theory, homology
math.CA | Classical Analysis and ODEs | ordinary differential equations, harmonic analysis
math.CO | Combinatorics | graph theory
math.CT | Category Theory |
math.CV | Complex Variables | complex analysis
math.DG | Differential Geometry | Riemannian geometry
math.DS | Dynamical Systems | ergodic theory, chaos
math.FA | Functional Analysis | Banach spaces
math.GM | General Mathematics |
math.GN | General Topology |
math.GR | Group Theory | groups
math.GT | Geometric Topology | knot theory, manifolds
math.HO | History and Overview |
math.IT | Information Theory |
math.KT | K-Theory and Homology |
math.LO | Logic | set theory, model theory
math.MG | Metric Geometry | convex geometry
math.MP | Mathematical Physics |
math.NA | Numerical Analysis | finite elements, scientific computing
math.NT | Number Theory | primes, modular forms, arithmetic geometry
math.OA | Operator Algebras | von Neumann algebras
math.OC | Optimization and Control | convex optimization, operations research
math.PR | Probability | stochastic processes, random matrices
math.QA | Quantum Algebra |
math.RA | Rings and Algebras |
math.RT | Representation Theory |
math.SG | Symplectic Geometry |
math.SP | Spectral Theory |
math.ST | Statistics Theory | statistics
math-ph | Mathematical Physics |
nlin | Nonlinear Sciences |
nlin.AO | Adaptation and Self-Organizing Systems | synchronization, complex systems
nlin.CD | Chaotic Dynamics | chaos
nlin.CG | Cellular Automata and Lattice Gases |
nlin.PS | Pattern Formation and Solitons |
nlin.SI | Exactly Solvable and Integrable Systems |
nucl-ex | Nuclear Experiment | nuclear physics, heavy ions
nucl-th | Nuclear Theory | nuclear physics, nuclear structure
physics | Physics |
physics.acc-ph | Accelerator Physics |
physics.ao-ph | Atmospheric and Oceanic Physics | climate, weather, meteorology
physics.app-ph | Applied Physics |
physics.atm-clus | Atomic and Molecular Clusters |
physics.atom-ph | Atomic Physics | atomic clocks, spectroscopy
physics.bio-ph | Biological Physics | biophysics
physics.chem-ph | Chemical Physics | chemistry, quantum chemistry
physics.class-ph | Classical Physics | acoustics
physics.comp-ph | Computational Physics | molecular dynamics
physics.data-an | Data Analysis, Statistics and Probability |
physics.ed-ph | Physics Education |
physics.flu-dyn | Fluid Dynamics | turbulence
physics.gen-ph | General Physics |
physics.geo-ph | Geophysics | seismology, earthquakes
physics.hist-ph | History and Philosophy of Physics |
physics.ins-det | Instrumentation and Detectors |
physics.med-ph | Medical Physics | radiotherapy, MRI
physics.optics | Optics | photonics, lasers, metasurfaces
physics.plasm-ph | Plasma Physics | fusion, tokamaks
physics.pop-ph | Popular Physics |
physics.soc-ph | Physics and Society | epidemics, complex networks
physics.space-ph | Space Physics | solar wind, magnetosphere
q-bio | Quantitative Biology |
q-bio.BM | Biomolecules | proteins, protein structure, DNA
q-bio.CB | Cell Behavior |
q-bio.GN | Genomics | genetics, sequencing, bioinformatics
q-bio.MN | Molecular Networks | gene regulation
q-bio.NC | Neurons and Cognition | neuroscience, brain
q-bio.OT | Other Quantitative Biology |
q-bio.PE | Populations and Evolution | ecology, epidemiology, phylogenetics
q-bio.QM | Quantitative Methods | bioinformatics, drug discovery
q-bio.SC | Subcellular Processes |
q-bio.TO | Tissues and Organs | cancer
q-fin | Quantitative Finance |
q-fin.CP | Computational Finance |
q-fin.EC | Economics |
q-fin.GN | General Finance |
q-fin.MF | Mathematical Finance |
q-fin.PM | Portfolio Management |
q-fin.PR | Pricing of Securities | options
q-fin.RM | Risk Management |
q-fin.ST | Statistical Finance |
q-fin.TR | Trading and Market Microstructure |
quant-ph | Quantum Physics | quantum information, quantum computing, entanglement, qubits
stat | Statistics |
stat.AP | Applications | applied statistics
stat.CO | Computation | computational statistics, MCMC
stat.ME | Methodology | statistical methods, causal inference
stat.ML | Machine Learning | statistical learning
stat.OT | Other Statistics |
stat.TH | Statistics Theory |
"""


@dataclass(frozen=True, slots=True)
class Category:
    """One category, or an archive of several as a whole; `also` are other names for it."""

    code: str
    name: str
    also: tuple[str, ...] = ()


def _parse(line: str) -> Category:
    code, name, also = (part.strip() for part in line.split("|"))
    return Category(code, name, tuple(also.split(", ")) if also else ())


TAXONOMY: Mapping[str, Category] = MappingProxyType(
    {category.code: category for category in map(_parse, _LINES.strip().splitlines())}
)
"""Every category and archive by its code."""


CATEGORIES = frozenset(TAXONOMY)
"""Every category, and every archive as a whole (`cs`), because feeds take those too."""


def nearest_category(text: str) -> str | None:
    """Return the category with the most similar code; None where none is similar."""
    folded = {category.lower(): category for category in CATEGORIES}
    found = get_close_matches(text.strip().lower().replace("_", "."), folded, n=1, cutoff=0.7)
    return folded[found[0]] if found else None


def is_archive(code: str) -> bool:
    """Return whether a code stands for all categories of an archive, such as `cs`."""
    return any(other.startswith(f"{code}.") for other in CATEGORIES)


def named(code: str) -> str:
    """Return a category's code and name for display: `cs.LG (Machine Learning)`."""
    whole = ", all of it" if is_archive(code) else ""
    return f"{code} ({TAXONOMY[code].name}{whole})"
