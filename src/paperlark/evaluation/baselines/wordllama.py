"""Texts as vectors by wordllama, whose weights come with the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from paperlark.evaluation.baselines.zotero_arxiv_daily import Vectors


@dataclass(slots=True)
class WordLlamaEmbedding:
    """Implements TextEmbedding; a text is embedded once."""

    _model: Any
    _known: dict[str, Vectors] = field(default_factory=dict)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Embed what is new."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= zip(new, self._model.embed(new, norm=True), strict=True)
        return np.stack([self._known[text] for text in texts])


def load() -> WordLlamaEmbedding | None:
    """Give the embedding, None where the package is not installed."""
    try:
        wordllama: Any = import_module("wordllama")
    except ImportError:
        return None
    # Where it looks for its own weights unless told; without this it would fetch them.
    home = Path(wordllama.__file__).parent
    return WordLlamaEmbedding(wordllama.WordLlama.load(cache_dir=home, disable_download=True))
