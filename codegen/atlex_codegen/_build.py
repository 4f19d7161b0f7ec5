"""All stages in a row: from a folder of documents to a package."""

from __future__ import annotations

import os
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from atlex._bases import BASES_FILE
from atlex.errors import LexiconError
from atlex.lexicon import Diagnostic, Document, Lexicons
from atlex_codegen._bases import bases_text, load_bases, separate
from atlex_codegen._gate import prove
from atlex_codegen._incremental import Changes, outline, plan_changes
from atlex_codegen._load import load_source
from atlex_codegen._names import KEYWORDS
from atlex_codegen._naming import Naming
from atlex_codegen._plan import PackagePlan
from atlex_codegen._planner import plan_package
from atlex_codegen._plugins import Plugins, load_plugins
from atlex_codegen._render import render_package, render_parts
from atlex_codegen._resolve import reference_faults
from atlex_codegen._select import leave_out
from atlex_codegen._settings import Settings
from atlex_codegen._state import LastBuild, State
from atlex_codegen._write import DATA_FILE, MANIFEST_FILE, Comparison, Folder, digest, manifest

__all__ = ["BuildReport", "build", "check_package", "make_package", "plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did, or with ``check`` would do. Files go by their path below the package, sorted.

    Attributes:
        written: Files that were new or changed.
        removed: Files of an earlier build that no document accounts for any more.
        unchanged: Files that were as they should be.
        missing: With ``check``, files that aren't there.
        extra: With ``check``, files that no document accounts for.
        different: With ``check``, files that hold something else.
        diagnostics: The warnings about the documents.
    """

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def is_clean(self) -> bool:
        """With ``check``: whether the package is what the documents make."""
        return not (self.missing or self.extra or self.different)


def build(
    lexicons: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    bases: Sequence[str] = (),
    plugins: Sequence[str] = (),
    descriptions: str | os.PathLike[str] | None = None,
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    skip_invalid: bool = False,
    strict: bool = False,
    check: bool = False,
) -> BuildReport:
    """Generate a package from Lexicon documents.

    The same documents give the same bytes on every machine. Only files that changed are written, and only files that an
    earlier build wrote are removed.

    Args:
        lexicons: The folder that holds the documents, in any order and depth. A file ``proxies.toml`` in it names the
            services that the methods of a namespace go to where a client is given no proxy.
        out: The package's folder; its name is the package's. It may be missing or empty, or hold an earlier build.
        bases: Installed packages to build on, by their import names. What they have isn't generated again: references
            lead to their classes, and the clients have what theirs have.
        plugins: Installed plugins to ask, by the names of their entry points; see `Plugin`.
        descriptions: A TOML file of descriptions by ``nsid``, ``nsid#def`` or ``nsid#def.property``, which come before
            the documents' own. None takes ``descriptions.toml`` in ``lexicons`` where there is one.
        include: The documents to build: NSIDs, each with all below it, or patterns such as ``com.example.*.get*``. What
            they refer to comes along. Empty: all.
        exclude: What not to build of these, likewise, unless others refer to it.
        skip_invalid: Whether to leave out broken documents. A reference to one of them, or to a document that isn't
            there, becomes ``unknown``. A warning names each document and each reference.
        strict: Whether warnings count as errors.
        check: Whether to write nothing and to compare instead.

    Raises:
        LexiconError: The documents are broken (``diagnostics`` says how, and nothing was written), a base isn't
            installed, or ``out`` holds something that isn't a build of atlex, or can't be written.
    """
    package = Settings(
        lexicons=Path(lexicons),
        out=Path(out),
        base=tuple(bases),
        plugin=tuple(plugins),
        descriptions=None if descriptions is None else Path(descriptions),
        include=tuple(include),
        exclude=tuple(exclude),
        skip_invalid=skip_invalid,
        strict=strict,
    )
    if check:
        return check_package(package)
    state = State(package)
    return make_package(package, state, state.last_build())


def make_package(package: Settings, state: State, last: LastBuild | None) -> BuildReport:
    """Build a package, for `build`.

    Args:
        package: What to build, and how.
        state: What it is made from.
        last: The last build where the package is as that left it, or None.
    """
    with _told(package):
        if last is not None and last.is_current:
            return BuildReport(unchanged=last.files, diagnostics=last.diagnostics)
        return _make(package, state, last)


def check_package(package: Settings) -> BuildReport:
    """Compare a package with what the documents make, for `build`."""
    with _told(package):
        folder = Folder(package.out)
        planned = _planned(package)
        files = {name: text.encode() for name, text in render_package(planned.package)}
        files |= planned.other_files(files)
        digests = {name: digest(name, data) for name, data in files.items()}
        files[MANIFEST_FILE] = manifest(digests, planned.plugins.loaded)
        return _found(folder.compare(files), planned.diagnostics)


@contextmanager
def _told(package: Settings) -> Generator[None]:
    _check_name(package.out)
    try:
        yield
    except OSError as error:
        place = error.filename or package.out
        raise LexiconError(f"{place} can't be read or written: {error.strerror}.") from error


def _make(package: Settings, state: State, last: LastBuild | None) -> BuildReport:
    folder = Folder(package.out)
    folder.refuse_strangers()
    if last is not None and (changes := plan_changes(package, state, last)) is not None:
        return _write_changes(changes, folder, state, last)
    planned = _planned(package)
    imported = planned.imported
    files: dict[str, bytes] = {}
    for name, text in render_package(planned.package):
        files[name] = text.encode()
        if not folder.holds(name, files[name]):
            prove(name, files[name], imported)
    files |= planned.other_files(files)
    digests = {name: digest(name, data) for name, data in files.items()}
    files[MANIFEST_FILE] = manifest(digests, planned.plugins.loaded)
    report = _done(folder.write(files), planned.diagnostics)
    # Git on Windows may have changed the line ends of those that weren't written.
    written = {name: digests[name] for name in report.written if name in digests and name != DATA_FILE}
    documents = {document.source: document.id for document in planned.documents}
    outlines = {document.id: outline(document) for document in planned.documents}
    state.remember(files, documents, outlines, planned.diagnostics, written)
    return report


def _write_changes(changes: Changes, folder: Folder, state: State, last: LastBuild) -> BuildReport:
    """Write what differs since the last build, the files of which are all as it left them."""
    files: dict[str, bytes] = {}
    for name, text in render_parts(changes.package):
        data = text.encode()
        if not folder.holds(name, data):
            prove(name, data)
            files[name] = data
    files[DATA_FILE] = changes.naming.lexicons.to_package_data()
    digests = folder.digests | {name: digest(name, data) for name, data in files.items()}
    files[MANIFEST_FILE] = manifest(digests)
    report = _done(folder.write(files, last.files), changes.diagnostics)
    known = {name: digest for name, digest in last.outputs.items() if name not in files}
    state.remember(last.files, last.documents, last.outlines, changes.diagnostics, known)
    return report


def plan(
    lexicons: str | os.PathLike[str],
    *,
    bases: Sequence[str] = (),
    plugins: Sequence[str] = (),
    descriptions: str | os.PathLike[str] | None = None,
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    skip_invalid: bool = False,
    strict: bool = False,
) -> PackagePlan:
    """Plan a package from Lexicon documents, and write nothing; the arguments are those of `build`.

    Raises:
        LexiconError: The documents are broken.
    """
    return _planned(
        Settings(
            lexicons=Path(lexicons),
            base=tuple(bases),
            plugin=tuple(plugins),
            descriptions=None if descriptions is None else Path(descriptions),
            include=tuple(include),
            exclude=tuple(exclude),
            skip_invalid=skip_invalid,
            strict=strict,
        )
    ).package


@dataclass(frozen=True, slots=True)
class _Planned:
    """A package that is to be written.

    Attributes:
        naming: The names in it.
        package: Its plan.
        plugins: The plugins that it is made with.
        documents: The documents that were read.
        diagnostics: The warnings about the documents.
    """

    naming: Naming
    package: PackagePlan
    plugins: Plugins
    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def imported(self) -> set[str]:
        """The packages and modules that the files import from, beside the package's own."""
        mixins = {
            mixin.source
            for module in self.package.modules
            for class_ in module.classes
            for mixin in class_.mixins
        }
        return mixins | self.naming.packages.keys()

    def other_files(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """The files beside the rendered ones, but for the manifest."""
        others = {"py.typed": b"", DATA_FILE: self.naming.lexicons.to_package_data()}
        if self.naming.bases:
            others[BASES_FILE] = bases_text(self.naming, self.package).encode()
        return others | self.plugins.files(self.package, {**files, **others})


def _planned(asked: Settings) -> _Planned:
    bases, plugins = load_bases(asked.base), load_plugins(asked.plugin)
    source = load_source(
        asked.lexicons,
        asked.descriptions,
        include=asked.include,
        exclude=asked.exclude,
        skip_invalid=asked.skip_invalid,
    )
    own, found = separate(Lexicons(source.documents), bases)
    diagnostics = [*source.diagnostics, *found]
    if asked.skip_invalid:
        kept, found = leave_out(own.values(), Naming(Lexicons(()), bases=bases).all_lexicons())
        own = Lexicons(kept)
        diagnostics += found
    naming = Naming(own, bases=bases, class_name_of=plugins.class_name)
    documents = naming.all_lexicons()
    # References to a document that is broken itself would only repeat its error.
    if not any(diagnostic.is_error for diagnostic in diagnostics):
        diagnostics += [found for found in reference_faults(documents) if found.nsid in own]
    if asked.strict:
        diagnostics = [replace(diagnostic, severity="error") for diagnostic in diagnostics]
    errors = sum(diagnostic.is_error for diagnostic in diagnostics)
    if errors:
        plural = "error" if errors == 1 else "errors"
        raise LexiconError(f"The Lexicon documents have {errors} {plural}; nothing was written.", diagnostics)
    package = plan_package(documents, source, naming, plugins)
    if asked.out.resolve().name in naming.packages:
        raise LexiconError(f"The package {asked.out.resolve().name!r} can't be built on itself.")
    return _Planned(naming, package, plugins, source.documents, tuple(diagnostics))


def _check_name(out: Path) -> None:
    name = out.resolve().name
    if not (name.isascii() and name.isidentifier()) or name in KEYWORDS:
        raise LexiconError(f"A package can't be called {name!r}: give --out a folder that Python can import.")


def _found(comparison: Comparison, diagnostics: tuple[Diagnostic, ...]) -> BuildReport:
    return BuildReport(
        unchanged=comparison.unchanged,
        missing=comparison.missing,
        extra=tuple(sorted((*comparison.obsolete, *comparison.strange))),
        different=comparison.different,
        diagnostics=diagnostics,
    )


def _done(comparison: Comparison, diagnostics: tuple[Diagnostic, ...]) -> BuildReport:
    return BuildReport(
        written=tuple(sorted((*comparison.missing, *comparison.different))),
        removed=comparison.obsolete,
        unchanged=comparison.unchanged,
        diagnostics=diagnostics,
    )
