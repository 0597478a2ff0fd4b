"""The nouns of paperlark: frozen values and pure functions on them, standard library only."""
