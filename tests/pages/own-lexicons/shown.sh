# Another version of the base, as far as the package can tell.
python - <<'PYTHON'
import json
from pathlib import Path

file = Path("src/acme_sdk/bases.json")
content = json.loads(file.read_text())
used = content["used"]["atlex_sdk"]
used["documents"] = used["definitions"]["app.bsky.actor.defs#profileViewBasic"] = "of another version"
file.write_text(json.dumps(content))
PYTHON
! python -c "import acme_sdk"
