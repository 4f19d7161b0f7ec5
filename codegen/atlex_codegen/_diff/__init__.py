"""Comparing two sets of Lexicon documents: what changed, and what that does to code that uses the packages."""
