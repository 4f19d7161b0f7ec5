"""Comparing two sets of Lexicon documents, and the packages that are generated from them."""
