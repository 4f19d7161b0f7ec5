. "$CHECKOUT/tests/pages/release.sh"
mkdir src
cat >src/bot.py <<'PYTHON'
from atlex_sdk import Client


def title(client: Client, number: str) -> str:
    return client.com.example.shelf.get_book(number=number).title
PYTHON
