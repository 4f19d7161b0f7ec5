# A repository in which v1.2 is a release with other documents.
git init --quiet --initial-branch main
mv lexicons now
mv v1.2 lexicons
git add lexicons
git commit --quiet --message "Release 1.2"
git tag v1.2
rm -r lexicons
mv now lexicons
git add lexicons
git commit --quiet --message "Require the ISBN"
mkdir src
cat >src/bot.py <<'PYTHON'
from atlex_sdk import Client


def title(client: Client, number: str) -> str:
    return client.com.example.shelf.get_book(number=number).title
PYTHON
