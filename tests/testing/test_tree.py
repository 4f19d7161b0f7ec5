from __future__ import annotations

import random

import pytest

from atlex.testing._tree import EMPTY

CID = "bafyreie5cvv4h45feadgeuwhbcutmh6t2ceseocckahdoe6uat64zmz454"


def tree_of(keys, cid=CID):
    tree = EMPTY
    for key in keys:
        tree = tree.put(f"com.example.record/{key}", cid)
    return tree


@pytest.mark.parametrize(
    ("keys", "root"),
    [
        ("", "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm"),
        ("3jqfcqzm3fo2j", "bafyreibj4lsc3aqnrvphp5xmrnfoorvru4wynt6lwidqbm2623a6tatzdu"),
        ("3jqfcqzm3fx2j", "bafyreih7wfei65pxzhauoibu3ls7jgmkju4bspy4t2ha2qdjnzqvoy33ai"),
        (
            "3jqfcqzm3fp2j 3jqfcqzm3fr2j 3jqfcqzm3fs2j 3jqfcqzm3ft2j 3jqfcqzm4fc2j",
            "bafyreicmahysq4n6wfuxo522m6dpiy7z7qzym3dzs756t5n7nfdgccwq7m",
        ),
    ],
)
def test_roots_are_those_of_the_official_implementation(keys, root):
    assert tree_of(keys.split()).cid == root
    assert tree_of(reversed(keys.split())).cid == root


@pytest.mark.parametrize("seed", range(5))
def test_a_tree_depends_on_what_is_in_it_and_not_on_how_it_came_there(seed):
    chance = random.Random(seed)
    keys = [f"a.b.c/{number}" for number in range(300)]
    kept, tree = dict[str, str](), EMPTY
    for _ in range(1000):
        key = chance.choice(keys)
        if key in kept and chance.random() < 0.6:
            del kept[key]
            tree = tree.remove(key)
        else:
            kept[key] = CID
            tree = tree.put(key, CID)
    again = EMPTY
    for key in chance.sample(sorted(kept), len(kept)):
        again = again.put(key, CID)
    assert again.cid == tree.cid
    for key in sorted(kept):
        tree = tree.remove(key)
    assert tree.cid == EMPTY.cid


def test_what_isnt_in_a_tree_cant_be_removed():
    with pytest.raises(KeyError):
        tree_of(["a", "b"]).remove("com.example.record/c")
