"""``python -m atlex_cli`` is the ``atlex`` command, where the folder of scripts isn't on the path."""

from __future__ import annotations

from atlex_cli._entry import main

if __name__ == "__main__":
    main()
