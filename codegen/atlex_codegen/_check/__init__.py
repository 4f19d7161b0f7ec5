"""Linting Lexicon documents: the rules of the language, names in Python, and the style guide."""
