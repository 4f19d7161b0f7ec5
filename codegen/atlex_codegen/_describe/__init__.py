"""Descriptions of what a package has, for the pages of the reference and for the terminal."""
