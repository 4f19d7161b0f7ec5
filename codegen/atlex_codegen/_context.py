"""What the planning of every part of a package goes by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from atlex.lexicon import Lexicons
from atlex_codegen._naming import Naming
from atlex_codegen._plan import InheritedPlan
from atlex_codegen._prose import Prose

__all__ = ["Context"]


@dataclass(frozen=True, slots=True)
class Context:
    """The documents, and what has been found out about them as a whole.

    Attributes:
        lexicons: The documents, with their references checked.
        naming: Their names.
        prose: What is said of them.
        pages: The array that is the page, by the place of the output that holds it: NSID and JSON pointer.
        proxies: The services that methods go to where no proxy is given, by namespace.
        mixins: Gives the classes to put before the base of a class, by its Lexicon type.
    """

    lexicons: Lexicons
    naming: Naming
    prose: Prose
    pages: Mapping[tuple[str, str], str]
    proxies: Mapping[str, str]
    mixins: Callable[[str], tuple[InheritedPlan, ...]] = lambda _: ()
