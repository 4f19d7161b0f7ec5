from pathlib import Path

LEXICONS = Path(__file__).parents[2] / "lexicons"
