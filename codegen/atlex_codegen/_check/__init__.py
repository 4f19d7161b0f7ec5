"""Checking Lexicon documents: the language's rules, names that Python has trouble with, and the style guide."""
