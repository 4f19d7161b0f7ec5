"""Pages: by items, by answers, up to a bound, and from where one stopped."""

from __future__ import annotations

from functools import partial

import pytest
from tests.client import _package
from tests.client._fakes import query, refusal, things

from atlex import AsyncPaginator, Paginator
from atlex.errors import InputError, XrpcResponseError

pytestmark = pytest.mark.anyio


def three_pages():
    return things("a", "b", cursor="1"), things("c", cursor="2"), things("d", "e")


def names(items):
    return [item.name for item in items]


async def test_it_goes_through_the_items_of_all_pages(twin):
    client = twin.client(*three_pages())
    paginator = client.paginate(client.example.get_things, kind="x", limit=2)
    assert isinstance(paginator, AsyncPaginator if twin.is_async else Paginator)

    assert names(await twin.all(paginator)) == ["a", "b", "c", "d", "e"]

    assert [query(request) for request in client.requests] == [
        {"kind": "x", "limit": "2"},
        {"kind": "x", "limit": "2", "cursor": "1"},
        {"kind": "x", "limit": "2", "cursor": "2"},
    ]
    assert paginator.cursor is None
    assert await twin.all(paginator) == []


async def test_nothing_is_fetched_before_it_is_needed(twin):
    client = twin.client(*three_pages())
    paginator = client.paginate(client.example.get_things)
    assert client.requests == []
    assert names(await twin.first(paginator, 2)) == ["a", "b"]
    assert len(client.requests) == 1


async def test_pages_gives_whole_answers(twin):
    client = twin.client(*three_pages())
    pages = await twin.all(client.paginate(client.example.get_things).pages())
    assert [names(page.things) for page in pages] == [["a", "b"], ["c"], ["d", "e"]]
    assert [page.cursor for page in pages] == ["1", "2", None]


async def test_pages_pass_over_the_items_that_were_fetched_and_not_taken(twin):
    client = twin.client(*three_pages())
    paginator = client.paginate(client.example.get_things)
    assert names(await paginator_take(twin, paginator, items=1)) == ["a"]
    pages = await twin.all(paginator.pages())
    assert [names(page.things) for page in pages] == [["c"], ["d", "e"]]


async def paginator_take(twin, paginator, **bounds):
    return await twin.do(paginator.take(**bounds))


class TestTake:
    async def test_items_and_the_rest_comes_first_the_next_time(self, twin):
        client = twin.client(*three_pages())
        paginator = client.paginate(client.example.get_things)
        assert names(await paginator_take(twin, paginator, items=1)) == ["a"]
        assert len(client.requests) == 1
        assert names(await paginator_take(twin, paginator, items=2)) == ["b", "c"]
        assert names(await twin.all(paginator)) == ["d", "e"]

    async def test_no_more_pages_than_the_items_need(self, twin):
        client = twin.client(*three_pages())
        await paginator_take(twin, client.paginate(client.example.get_things), items=2)
        assert len(client.requests) == 1

    async def test_pages(self, twin):
        client = twin.client(*three_pages())
        paginator = client.paginate(client.example.get_things)
        assert names(await paginator_take(twin, paginator, pages=2)) == ["a", "b", "c"]
        assert paginator.cursor == "2"
        assert names(await paginator_take(twin, paginator, pages=2)) == ["d", "e"]

    async def test_both_bounds(self, twin):
        client = twin.client(*three_pages())
        paginator = client.paginate(client.example.get_things)
        assert names(await paginator_take(twin, paginator, items=5, pages=1)) == ["a", "b"]
        assert names(await paginator_take(twin, paginator, items=1, pages=5)) == ["c"]

    async def test_more_than_there_is(self, twin):
        client = twin.client(*three_pages())
        taken = await paginator_take(twin, client.paginate(client.example.get_things), items=100)
        assert names(taken) == ["a", "b", "c", "d", "e"]

    @pytest.mark.parametrize("bounds", [{"items": 0}, {"pages": 0}])
    async def test_nothing(self, twin, bounds):
        client = twin.client()
        assert await paginator_take(twin, client.paginate(client.example.get_things), **bounds) == []

    @pytest.mark.parametrize(
        ("bounds", "message"),
        [
            ({}, r"take\(\) needs items"),
            ({"items": None}, r"take\(\) needs items"),
            ({"items": -1}, "items must be"),
            ({"pages": -1}, "pages must be"),
            ({"items": 1, "pages": -1}, "pages must be"),
            ({"items": "2"}, "items must be"),
            ({"pages": 1.0}, "pages must be"),
        ],
    )
    async def test_a_bound_is_needed_and_not_below_0(self, twin, bounds, message):
        client = twin.client()
        with pytest.raises(InputError, match=message):
            await paginator_take(twin, client.paginate(client.example.get_things), **bounds)

    @pytest.mark.parametrize("bounds", [{"items": 4}, {"pages": 2}, {"items": 9, "pages": 9}])
    async def test_what_is_taken_can_be_gone_through(self, twin, bounds):
        client = twin.client(*three_pages())
        again = twin.client(*three_pages())
        taken = client.paginate(client.example.get_things).take(**bounds)
        listed = await paginator_take(twin, again.paginate(again.example.get_things), **bounds)
        assert names(await twin.all(taken)) == names(listed)
        assert len(client.requests) == len(again.requests)

    async def test_no_page_is_fetched_before_the_items_of_the_last_are_through(self, twin):
        client = twin.client(*three_pages())
        paginator = client.paginate(client.example.get_things)
        assert names(await twin.first(paginator.take(items=5), 2)) == ["a", "b"]
        assert len(client.requests) == (1 if twin.is_async else 3)


class TestCursor:
    async def test_it_says_where_to_go_on(self, twin):
        first, *rest = three_pages()
        client = twin.client(first, *rest)
        paginator = client.paginate(client.example.get_things)
        assert paginator.cursor is None
        await paginator_take(twin, paginator, pages=1)
        assert paginator.cursor == "1"

        resumed = client.paginate(client.example.get_things, cursor=paginator.cursor)
        assert resumed.cursor == "1"
        assert names(await twin.all(resumed)) == ["c", "d", "e"]
        assert query(client.requests[1]) == {"cursor": "1"}

    async def test_a_server_that_repeats_a_cursor_is_at_the_end(self, twin):
        client = twin.client(things("a", cursor="1"), things("b", cursor="1"))
        assert names(await twin.all(client.paginate(client.example.get_things))) == ["a", "b"]

    @pytest.mark.parametrize("length", [2, 3, 20])
    @pytest.mark.parametrize("start", [{}, {"cursor": "elsewhere"}])
    async def test_a_server_that_comes_back_to_a_cursor_is_at_the_end(self, twin, length, start):
        """However long the round is that it leads the client in."""
        pages = [things(str(number), cursor=str(number % length)) for number in range(3 * length)]
        client = twin.client(*pages)
        items = names(await twin.all(client.paginate(client.example.get_things, **start)))
        assert items == [str(number) for number in range(length + 1)]

    async def test_a_server_that_comes_back_to_where_the_walk_began_is_at_the_end(self, twin):
        client = twin.client(things("a", cursor="1"), things("b", cursor="0"), things("c", cursor="1"))
        assert names(await twin.all(client.paginate(client.example.get_things, cursor="0"))) == ["a", "b"]

    async def test_an_empty_cursor_is_the_end(self, twin):
        client = twin.client(things("a", cursor=""))
        assert names(await twin.all(client.paginate(client.example.get_things))) == ["a"]

    async def test_an_empty_page_with_a_cursor_isnt_the_end(self, twin):
        client = twin.client(things(cursor="1"), things("a"))
        assert names(await twin.all(client.paginate(client.example.get_things))) == ["a"]

    async def test_after_an_error_the_same_page_is_next(self, twin):
        client = twin.client(things("a", cursor="1"), refusal("TestError"), things("b"))
        paginator = client.paginate(client.example.get_things)
        with pytest.raises(XrpcResponseError):
            await twin.all(paginator)
        assert paginator.cursor == "1"
        assert names(await twin.all(paginator)) == ["b"]


async def test_positional_arguments_reach_the_method(twin):
    client = twin.client(things("a"))

    def sync(kind, *, cursor=None):
        return client.example.get_things(kind=kind, cursor=cursor)

    assert names(await twin.all(client.paginate(sync, "x"))) == ["a"]
    assert query(client.requests[0]) == {"kind": "x"}


@pytest.mark.parametrize("method", ["com.example.getThings", None, _package.GET_THINGS, 5])
async def test_what_is_no_method_is_refused(twin, method):
    with pytest.raises(InputError, match=r"paginate\(\) takes a method"):
        twin.client().paginate(method)


async def test_a_method_that_doesnt_page_is_named(twin):
    client = twin.client(*[things("a")] * 2)
    for method in (client.example.ping, partial(client.example.ping)):
        with pytest.raises(InputError, match=r"ping\(\) doesn't give its items in pages"):
            await twin.all(client.paginate(method))


async def test_the_repr_says_where_it_stands(twin):
    client = twin.client(*three_pages())
    paginator = client.paginate(client.example.get_things, limit=2)
    kind = type(paginator).__name__
    assert repr(paginator) == f"<{kind} of get_things(), next cursor: None>"
    await twin.first(paginator, 1)
    assert repr(paginator) == f"<{kind} of get_things(), next cursor: '1'>"
