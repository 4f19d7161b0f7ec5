"""What is rewritten in code when documents change, and what is left and reported: one claim for each kind of change."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from atlex_codegen._migrate._run import migrate

SHOP = Path(__file__).parent / "shop"
BEGIN = "from shop_sdk import AsyncClient, Client, com\n\nclient = Client('https://pds.test')\n"


@pytest.fixture
def migrated(tmp_path):
    def run(source, **options):
        path = tmp_path / "program.py"
        path.write_text(textwrap.dedent(source))
        (file,) = migrate([path], SHOP / "old", SHOP / "new", package="shop_sdk", **options).files
        assert not file.error
        compile(file.after, "migrated", "exec")
        again = migrate([path], SHOP / "old", SHOP / "new", package="shop_sdk", **options)
        assert not again.changed
        return file.after, [f"{leftover.line}: {leftover.message}" for leftover in file.leftovers]

    return run


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # a renamed method, and one that moved
        ("client.com.acme.shelf.search_books(q='x')", "client.com.acme.shelf.find_books(q='x')"),
        (
            "shelf = client.com.acme.shelf\nshelf.search_books(q='x')",
            "shelf = client.com.acme.shelf\nshelf.find_books(q='x')",
        ),
        (
            "client.com.acme.shelf.lend_book(isbn=i, borrower=b)",
            "client.com.acme.desk.lend_book(isbn=i, borrower=b)",
        ),
        (
            "client.xrpc(com.acme.shelf.search_books.METHOD, params={'q': 'x'})",
            "client.xrpc(com.acme.shelf.find_books.METHOD, params={'q': 'x'})",
        ),
        ("com.acme.shelf.search_books.SearchBooksOutput", "com.acme.shelf.find_books.FindBooksOutput"),
        ("com.acme.shelf.lend_book.AlreadyLentError", "com.acme.desk.lend_book.AlreadyLentError"),
        # a record that moved
        (
            "client.com.acme.shelf.loan.create(com.acme.shelf.loan.Loan(isbn=i, borrower=b, created_at=c))",
            "client.com.acme.desk.loan.create(com.acme.desk.loan.Loan(isbn=i, borrower=b, created_at=c))",
        ),
        ("com.acme.shelf.loan.RECORD", "com.acme.desk.loan.RECORD"),
        # definitions that were renamed, or moved
        ("x: com.acme.shelf.defs.BookView", "x: com.acme.shelf.defs.VolumeView"),
        ("x: 'com.acme.shelf.defs.BookView'", "x: 'com.acme.shelf.defs.VolumeView'"),
        ("x: list[com.acme.shelf.defs.Person]", "x: list[com.acme.people.defs.Person]"),
        ("defs = com.acme.shelf.defs\ndefs.BookView", "defs = com.acme.shelf.defs\ndefs.VolumeView"),
        (
            "defs = com.acme.shelf.defs\ndefs.Person",
            "defs = com.acme.shelf.defs\ncom.acme.people.defs.Person",
        ),
        # an argument and a field with another name
        ("client.com.acme.shelf.get_book(isbn='x')", "client.com.acme.shelf.get_book(isbn13='x')"),
        (
            "client.com.acme.shelf.get_shelf(name='x').book_count",
            "client.com.acme.shelf.get_shelf(name='x').books_count",
        ),
        (
            "com.acme.shelf.defs.ShelfView(name='x', book_count=1)",
            "com.acme.shelf.defs.ShelfView(name='x', books_count=1)",
        ),
        (
            "com.acme.shelf.get_book.GetBookParams(isbn='x')",
            "com.acme.shelf.get_book.GetBookParams(isbn13='x')",
        ),
        # values
        (
            "com.acme.shelf.defs.ShelfView(name='x', book_count=1, status='in-stock-taking')",
            "com.acme.shelf.defs.ShelfView(name='x', books_count=1, status='stock-taking')",
        ),
        (
            "client.com.acme.shelf.get_shelf(name='x').status == \"in-stock-taking\"",
            "client.com.acme.shelf.get_shelf(name='x').status == \"stock-taking\"",
        ),
        (
            "client.com.acme.shelf.book.get('k').value.cover in ('hardcover', 'paperback')",
            "client.com.acme.shelf.book.get('k').value.cover in ('hard-cover', 'paperback')",
        ),
        (
            "client.xrpc(com.acme.shelf.get_book.METHOD, params={'isbn': i}).body.title",
            "client.xrpc(com.acme.shelf.get_book.METHOD, params={'isbn13': i}).body.title",
        ),
        (
            "view = com.acme.shelf.defs.ShelfView.from_wire({})\nview.status = 'in-stock-taking'",
            "view = com.acme.shelf.defs.ShelfView.from_wire({})\nview.status = 'stock-taking'",
        ),
        # what isn't the package's
        ("other.com.acme.shelf.search_books(q='x')", "other.com.acme.shelf.search_books(q='x')"),
    ],
)
def test_a_line_is_rewritten(migrated, before, after):
    code, leftovers = migrated(BEGIN + before + "\n")
    assert code == BEGIN + after + "\n"
    assert leftovers == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("client.com.acme.shelf.get_statistics(year=1)", "client.com.acme.shelf.get_statistics() is gone"),
        (
            "client.com.acme.shelf.list_books(limit=1)",
            "client.com.acme.shelf.list_books() has to be given shelf",
        ),
        (
            "client.com.acme.shelf.list_books(**more)",
            "client.com.acme.shelf.list_books(): see that ** gives shelf",
        ),
        (
            "client.paginate(client.com.acme.shelf.list_books, limit=1)",
            "client.com.acme.shelf.list_books() has to be given shelf",
        ),
        (
            "com.acme.shelf.book.Book(title='t', isbn='i', created_at=c)",
            "com.acme.shelf.book.Book has to be given language",
        ),
        (
            "client.com.acme.shelf.get_shelf(name='x').keeper.phone",
            "com.acme.shelf.defs.Keeper.phone is gone",
        ),
        ("com.acme.shelf.defs.Keeper(handle='h', phone='1')", "com.acme.shelf.defs.Keeper.phone is gone"),
        (
            "client.com.acme.shelf.book.get('k').value.author.name",
            "com.acme.shelf.book.Book.author can be several things now",
        ),
        (
            "client.com.acme.shelf.book.get('k').value.state == 'torn'",
            "'torn' is no value of state any more: new are damaged",
        ),
        (
            "pds.method('com.acme.shelf.searchBooks')",
            "com.acme.shelf.searchBooks is called com.acme.shelf.findBooks now",
        ),
    ],
)
def test_what_can_not_be_rewritten_is_reported_and_left(migrated, line, said):
    code, leftovers = migrated(BEGIN + line + "\n")
    assert code == BEGIN + line + "\n"
    assert [leftover.startswith(f"4: {said}") for leftover in leftovers] == [True]


@pytest.mark.parametrize(
    "bound",
    [
        "def f(shelf: com.acme.shelf.defs.ShelfView):\n    use(shelf.{})\n",
        "def f(shelf: 'com.acme.shelf.defs.ShelfView | None'):\n    use(shelf.{})\n",
        "class Bot:\n    def __init__(self, client: Client) -> None:\n        self.client = client\n\n    def f(self):\n        use(self.client.com.acme.shelf.get_shelf(name='x').{})\n",
        "with Client('x') as other:\n    use(other.com.acme.shelf.get_shelf(name='x').{})\n",
        "async def f(other: AsyncClient):\n    use((await other.com.acme.shelf.get_shelf(name='x')).{})\n",
        "def make():\n    return Client('x')\n\n\nmake().com.acme.shelf.get_shelf(name='x').{}\n",
        "use(client.with_options(timeout=1).com.acme.shelf.get_shelf(name='x').{})\n",
        "use(client.xrpc(com.acme.shelf.get_shelf.METHOD, params={{}}).body.{})\n",
        "use([shelf.{} for shelf in [client.com.acme.shelf.get_shelf(name=n) for n in names]])\n",
        "shelf = com.acme.shelf.defs.ShelfView.from_wire(data)\nshelf.{} = 3\n",
        "match client.com.acme.shelf.get_shelf(name='x'):\n    case com.acme.shelf.defs.ShelfView({}=1):\n        pass\n",
        "def f(x: com.acme.shelf.defs.ShelfView | com.acme.shelf.defs.Keeper):\n    if isinstance(x, com.acme.shelf.defs.ShelfView):\n        use(x.{})\n",
    ],
)
def test_types_come_from_where_names_are_bound(migrated, bound):
    code, leftovers = migrated(BEGIN + bound.format("book_count"))
    assert code == BEGIN + bound.format("books_count")
    assert leftovers == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from shop_sdk.com.acme.shelf.defs import (\n    BookView,\n    Keeper,\n)\n\nx: BookView\n",
            "from shop_sdk.com.acme.shelf.defs import (\n    VolumeView,\n    Keeper,\n)\n\nx: VolumeView\n",
        ),
        (
            "from shop_sdk.com.acme.shelf.lend_book import AlreadyLentError\n\nx: 'list[AlreadyLentError]'\n",
            "from shop_sdk.com.acme.desk.lend_book import AlreadyLentError\n\nx: 'list[AlreadyLentError]'\n",
        ),
        (
            textwrap.dedent(
                """
                def f():
                    from shop_sdk.com.acme.shelf.defs import BookView as X
                    return X

                def g():
                    from shop_sdk.com.acme.shelf.defs import BookView
                    x: 'BookView'
                    return BookView
                """
            ),
            textwrap.dedent(
                """
                def f():
                    from shop_sdk.com.acme.shelf.defs import VolumeView as X
                    return X

                def g():
                    from shop_sdk.com.acme.shelf.defs import VolumeView
                    x: 'VolumeView'
                    return VolumeView
                """
            ),
        ),
        (
            "import shop_sdk\n\nx: shop_sdk.com.acme.shelf.defs.BookView\n",
            "import shop_sdk\n\nx: shop_sdk.com.acme.shelf.defs.VolumeView\n",
        ),
        (
            "from shop_sdk.com.acme.shelf.defs import BookView, Keeper\n\nx: BookView\n",
            "from shop_sdk.com.acme.shelf.defs import VolumeView, Keeper\n\nx: VolumeView\n",
        ),
        (
            "from shop_sdk.com.acme.shelf.defs import BookView\n\nVolumeView = 1\nx: BookView\n",
            "from shop_sdk.com.acme.shelf.defs import VolumeView as BookView\n\nVolumeView = 1\nx: BookView\n",
        ),
        (
            "from shop_sdk.com.acme.shelf.defs import Keeper, Person  # both\n\nx: Person\n",
            "from shop_sdk.com.acme.shelf.defs import Keeper  # both\nfrom shop_sdk.com.acme.people.defs import Person  # both\n\nx: Person\n",
        ),
        (
            "from shop_sdk.com.acme.shelf import search_books\n\nsearch_books.METHOD\n",
            "from shop_sdk.com.acme.shelf import find_books\n\nfind_books.METHOD\n",
        ),
        (
            "from shop_sdk.com.acme.shelf.loan import Loan as L\n\nx: 'L'\n",
            "from shop_sdk.com.acme.desk.loan import Loan as L\n\nx: 'L'\n",
        ),
    ],
)
def test_imports_follow(migrated, before, after):
    assert migrated(before) == (after, [])


def test_what_only_likeness_speaks_for_is_reported_unless_it_is_asked_for(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, names in ((old, ("alpha", "beta")), (new, ("alphas", "betas"))):
        folder.mkdir()
        properties = {name: {"type": "string"} for name in names}
        main = {"type": "object", "properties": properties}
        raw = {"lexicon": 1, "id": "com.acme.thing", "defs": {"main": main}}
        (folder / "com.acme.thing.json").write_text(json.dumps(raw))
    source = "from shop_sdk import com\n\n\ndef f(thing: com.acme.thing.Thing):\n    return thing.alpha\n"
    (tmp_path / "program.py").write_text(source)
    paths = [tmp_path / "program.py"]
    (left,) = migrate(paths, old, new, package="shop_sdk").files
    assert left.after == source
    assert [leftover.message for leftover in left.leftovers] == [
        "com.acme.thing.Thing.alpha is gone: com.acme.thing.Thing.alphas may be what it is called now"
    ]
    (taken,) = migrate(paths, old, new, package="shop_sdk", guesses=True).files
    assert taken.after == source.replace("thing.alpha", "thing.alphas")


SETTINGS = '[tool.atlex]\nlexicons = "lexicons"\nout = "src/shop_sdk"\n'
PACKAGES = (
    '[[tool.atlex.packages]]\nout = "a_sdk"\nlexicons = "a"\n[[tool.atlex.packages]]\nout = "shop_sdk"\n'
)


@pytest.mark.parametrize(
    ("settings", "sides"),
    [
        (SETTINGS, ("old", "lexicons")),
        (SETTINGS, ("lexicons", "new")),
        (PACKAGES, ("old", "lexicons")),
        (SETTINGS, ("old", "../project/lexicons")),
    ],
)
def test_the_package_is_the_one_that_the_settings_build(tmp_path, monkeypatch, settings, sides):
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(settings)
    for name in ("old", "new"):
        (project / name).symlink_to(SHOP / name)
    (project / "lexicons").symlink_to(SHOP / ("old" if sides[0] == "lexicons" else "new"))
    program = project / "program.py"
    program.write_text(f"{BEGIN}client.com.acme.shelf.search_books(q='x')\n")
    monkeypatch.chdir(project)
    assert migrate([program], *sides, dry_run=True).changed


@pytest.mark.parametrize("imported", ["app", "com, tools", "com as everything, app"])
@pytest.mark.parametrize("target", ["com.atproto.repo.strongRef", "app.bsky.actor.defs#profileViewBasic"])
def test_the_names_of_a_base_arent_reported(tmp_path, imported, target):
    for folder, name in (("old", "title"), ("new", "heading")):
        properties = {name: {"type": "string"}, "subject": {"type": "ref", "ref": target}}
        main = {"type": "object", "required": [name], "properties": properties}
        raw = {"lexicon": 1, "id": "com.acme.thing", "defs": {"main": main}}
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "thing.json").write_text(json.dumps(raw))
    program = tmp_path / "program.py"
    program.write_text(f"from shop_sdk import {imported}\nfrom shop_sdk.com.acme import things\n")
    (file,) = migrate([program], tmp_path / "old", tmp_path / "new", package="shop_sdk").files
    assert [leftover.message for leftover in file.leftovers] == ["shop_sdk.com.acme.things isn't known"]
