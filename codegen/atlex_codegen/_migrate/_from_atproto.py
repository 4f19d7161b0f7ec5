"""Code written for the PyPI package ``atproto``, moved to a package that atlex generated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import libcst as cst

from atlex.lexicon import Unknown
from atlex_codegen._migrate._arguments import keyword, keywords_of_call, keywords_of_dict
from atlex_codegen._migrate._imports import Imports, names_in
from atlex_codegen._migrate._incumbent import Incumbent
from atlex_codegen._migrate._inference import Inference, dotted
from atlex_codegen._migrate._layout import dedented, lay_out
from atlex_codegen._migrate._login import Login, Logins, base_url, login_expression, session_name
from atlex_codegen._migrate._quoted import with_names
from atlex_codegen._migrate._references import References
from atlex_codegen._migrate._report import Leftover
from atlex_codegen._migrate._templates import Template, UnfitError, bind
from atlex_codegen._migrate._types import (
    ClassOf,
    Client,
    External,
    Instance,
    Member,
    Module,
    Opaque,
    Plain,
    Type,
)

__all__ = ["migrate_module"]

_OWN: Final = frozenset({"json"})
"""Modules of the standard library that replacements use."""

_CONDITIONS: Final = (cst.UnaryOperation, cst.BooleanOperation, cst.If, cst.While, cst.IfExp, cst.Comparison)
_STREAMS: Final = (
    "FirehoseSubscribe",
    "AsyncFirehoseSubscribe",
    "JetstreamClient",
    "AsyncJetstreamClient",
    "parse_subscribe",
    "firehose_models",
    "jetstream",
)
"""What streams begin with: their events are instances of the classes that would be replaced."""

_RESULTS: Final = {"written": "Written", "stored": "Stored", "listed": "Page"}
_MODEL_METHODS: Final = ("model_", "__")


def migrate_module(source: cst.Module, incumbent: Incumbent) -> tuple[cst.Module, tuple[Leftover, ...]]:
    """Move one module.

    Args:
        source: The module.
        incumbent: What is known of ``atproto``, and the package to move to.
    """
    inference = Inference(source, incumbent)
    references = References(inference, incumbent.is_incumbent)
    if not references.imports:
        return source, ()
    if references.stars:
        return source, tuple(
            Leftover(inference.line(node), "import the names one by one, and migrate again")
            for node in references.stars
        )
    if (subclass := references.subclass()) is not None:
        said = "a subclass of the client can't be moved: keep the client in an attribute, and migrate again"
        return source, (Leftover(inference.line(subclass), said),)
    for name in _STREAMS:
        if (node := references.first_use(name)) is not None:
            said = "streams have no counterpart, and give atproto's own classes: the file is left as it is"
            return source, (Leftover(inference.line(node), said),)
    transformer = _Transformer(inference, incumbent, references)
    moved = inference.module.visit(transformer)
    transformer.report_leftovers()
    moved = references.without_replaced(moved, transformer.imports.statements(names_in(moved)))
    return moved, tuple(sorted(set(transformer.leftovers)))


class _Transformer(cst.CSTTransformer):
    def __init__(self, inference: Inference, incumbent: Incumbent, references: References) -> None:
        super().__init__()
        self._inference = inference
        self._incumbent = incumbent
        self._package = incumbent.package
        self._table = incumbent.table
        self._references = references
        self.imports = Imports(inference.module, references.names)
        self.leftovers: list[Leftover] = []
        self._roots = {path[0] for path in self._package.naming.paths.values() if len(path) == 1}
        self._kept: set[int] = set()
        self._whole_calls: set[int] = set()
        self._logins = Logins(inference, references.receivers("client.export_session_string"))
        for node, reason in self._logins.refused:
            self._report(node, f"client.login: {reason}")
        self._declared: dict[int, list[tuple[str, str]]] = {}

    # What is left to hand.

    def report_leftovers(self) -> None:
        """Tell of every name of the package that is still in use."""
        said = {leftover.line for leftover in self.leftovers}
        for node, name in self._references.leftovers():
            if self._inference.line(node) not in said:
                self._report(node, self._left(name))

    def _hint(self, name: str) -> str:
        while name:
            if name in self._table.by_hand:
                return self._table.by_hand[name]
            name = name.rpartition(".")[0]
        return ""

    def _report(self, node: cst.CSTNode, message: str) -> None:
        self.leftovers.append(Leftover(self._inference.line(node), message))

    # Names.

    def _resolve(self, name: str) -> cst.BaseExpression | None:
        """The name for one that a replacement takes from a package."""
        if name in self._roots:
            return self.imports.name(self._package.name, name)
        if name == "now":
            return self.imports.name("atlex", name)
        return self.imports.name(name, "") if name in _OWN else None

    def _path(self, path: Sequence[str]) -> cst.BaseExpression:
        found: cst.BaseExpression = self.imports.name(self._package.name, path[0])
        for name in path[1:]:
            found = cst.Attribute(found, cst.Name(name))
        return found

    def _class(self, of: Instance) -> cst.BaseExpression | None:
        path = self._package.class_of(of)
        return None if path is None else self._path(path)

    def _replacement(self, of: Type | None) -> cst.BaseExpression | None:
        """What takes the place of a class, by what it makes."""
        match of:
            case ClassOf(Client(asynchronous)):
                return self.imports.name(self._package.name, "AsyncClient" if asynchronous else "Client")
            case ClassOf(Instance() as instance):
                return self._class(instance)
            case ClassOf(External("uri")):
                return self.imports.name(*self._table.names["AtUri"])
            case ClassOf(External(name, Instance() as instance)) if name in _RESULTS:
                record = self._class(instance)
                generic = self.imports.name("atlex.client", _RESULTS[name])
                return (
                    None
                    if record is None
                    else cst.Subscript(generic, [cst.SubscriptElement(cst.Index(record))])
                )
            case ClassOf(External(name)) if name in self._table.names:
                return self.imports.name(*self._table.names[name])
            case External("id", Module(nsid)):
                return cst.SimpleString(f'"{nsid}"')
            case _:
                return None

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        if not self._references.is_reference(original_node):
            return updated_node
        return self._replaced(original_node) or updated_node

    def _replaced(self, node: cst.Name | cst.Attribute) -> cst.BaseExpression | None:
        of = self._inference.type_of(node)
        replacement = self._replacement(of)
        if replacement is not None:
            self._references.consume(node)
            if isinstance(of, ClassOf) and isinstance(of.of, External) and of.of.name in self._table.check:
                self._report(node, f"check {of.of.name}: {self._table.check[of.of.name]}")
        return replacement

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.BaseExpression:
        if not self._references.is_reference(original_node):
            return updated_node
        replaced = with_names(
            original_node,
            lambda name: self._replacement(self._inference.type_of_name(name, original_node)),
        )
        if replaced is None:
            return updated_node
        self._references.consume(original_node)
        return replaced

    # Attributes.

    def visit_Attribute(self, node: cst.Attribute) -> None:
        of = self._inference.type_of(node)
        if isinstance(of, External) and of.name in self._table.attributes:
            for _ in range(of.name.count(".")):
                self._kept.add(id(node.value))
                inner = node.value
                if not isinstance(inner, cst.Attribute):
                    break
                node = inner

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        if id(original_node) in self._kept:
            return updated_node
        if (
            self._references.is_reference(original_node)
            and (found := self._replaced(original_node)) is not None
        ):
            return found
        of, base = self._inference.type_of(original_node), self._inference.type_of(original_node.value)
        match of, base:
            case External(name), _ if name in self._table.attributes:
                return self._attribute(original_node, updated_node, self._table.attributes[name], name)
            case External(name), Client() | External() if name.startswith(("client.", "error.")):
                if not self._is_called(original_node):
                    self._report(original_node, self._left(name))
            case _, Instance():
                return self._read(original_node, updated_node, base)
            case _, Opaque():
                return self._read_inner(original_node, updated_node, base)
            case _:
                pass
        return updated_node

    def _is_called(self, node: cst.Attribute) -> bool:
        parent = self._inference.parents[node]
        return isinstance(parent, cst.Call) and parent.func is node

    def _left(self, name: str) -> str:
        hint = self._hint(name)
        return f"{name} has no counterpart" + (f": {hint}" if hint else "")

    def _attribute(
        self, original: cst.Attribute, updated: cst.Attribute, template: Template, name: str
    ) -> cst.BaseExpression:
        parent = self._inference.parents[original]
        if name == "client.me" and isinstance(parent, _CONDITIONS):
            self._report(
                original, "client.me is no attribute here: client.did is None where there is no session"
            )
            return updated
        receiver, source = self._stripped(updated, name), self._stripped(original, name)
        client = self._inference.type_of(source)
        awaits: Literal["", "all"] = "all" if isinstance(client, Client) and client.asynchronous else ""
        return template.fill(receiver, {}, self._resolve, awaits=awaits)

    def _stripped(self, node: cst.BaseExpression, name: str) -> cst.BaseExpression:
        """What the attributes of a dotted name stand behind."""
        for _ in range(name.count(".")):
            node = cst.ensure_type(node, cst.Attribute).value
        return node

    def _read(self, original: cst.Attribute, updated: cst.Attribute, base: Instance) -> cst.BaseExpression:
        fields = {attribute: wire for wire, attribute in self._package.fields(base.part).items()}
        name = original.attr.value
        if name not in fields:
            if not name.startswith(_MODEL_METHODS) and not self._is_called(original):
                self._report(original, f"there is no field {name}: see what the class has now")
            return updated
        wire = fields[name]
        record, attributes = self._incumbent.held(Opaque(base, wire))
        if not isinstance(base.part.properties[wire].schema, Unknown) or record is None or attributes:
            return updated
        if self._is_looked_at(original):
            self._report(original, f"{name} is read with {name}_as(TheClass), which fails for another record")
            return updated
        return self._as_record(updated, record)

    def _is_looked_at(self, node: cst.Attribute) -> bool:
        """Whether the program finds out what a value is."""
        parent = self._inference.parents[node]
        call = self._inference.parents[parent] if isinstance(parent, cst.Arg) else None
        return isinstance(call, cst.Call) and dotted(call.func).rpartition(".")[2] in {
            "isinstance",
            "is_record_type",
        }

    def _as_record(self, node: cst.Attribute, record: Instance) -> cst.BaseExpression:
        class_ = self._class(record)
        if class_ is None:
            return node
        return cst.Call(node.with_changes(attr=cst.Name(f"{node.attr.value}_as")), [cst.Arg(class_)])

    def _read_inner(
        self, original: cst.Attribute, updated: cst.Attribute, base: Opaque
    ) -> cst.BaseExpression:
        record, attributes = self._incumbent.held(base)
        if (
            record is not None
            and original.attr.value in attributes
            and isinstance(updated.value, cst.Attribute)
        ):
            return updated.with_changes(value=self._as_record(updated.value, record))
        held = self._package.fields(base.owner.part)[base.name]
        self._report(original, f"{held} has no attributes: read it with {held}_as(TheClass) of its object")
        return updated

    # Calls.

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        function = self._inference.type_of(original_node.func)
        try:
            match function:
                case External("client.export_session_string"):
                    return self._export(original_node)
                case External(name) if name in self._table.calls:
                    return self._sugar(original_node, updated_node, name, function)
                case Member():
                    return self._method(original_node, updated_node, function)
                case ClassOf(Instance() as made):
                    args = keywords_of_call(updated_node.args, self._package.fields(made.part))
                    return updated_node.with_changes(args=args)
                case ClassOf(Client()):
                    url = base_url(updated_node)
                    return updated_node.with_changes(args=[cst.Arg(url)])
                case External(name) if name.startswith("client."):
                    if name != "client.login" or not self._logins.knows(original_node):
                        self._report(original_node, self._left(name))
                case _:
                    pass
        except UnfitError as error:
            self._report(original_node, f"{dotted(original_node.func) or 'a call'}: {error}")
        return updated_node

    def _export(self, original: cst.Call) -> cst.BaseExpression:
        receiver = cst.ensure_type(original.func, cst.Attribute).value
        session = session_name(receiver)
        if not self._logins.has_session(receiver):
            raise UnfitError(
                "keep the session that the client is made of, and write session.data.model_dump_json()"
            )
        return cst.parse_expression(f"{session}.data.model_dump_json()")

    def _sugar(
        self, original: cst.Call, updated: cst.Call, name: str, function: External
    ) -> cst.BaseExpression:
        if name == "models.create_strong_ref" and (ref := self._ref(original, updated)) is not None:
            return ref
        template = self._table.calls[name]
        given = bind(template.parameters, updated.args)
        sources = bind(template.parameters, original.args)
        for parameter in ("repo", "profile_identify"):
            if parameter in given and self._inference.type_of(sources[parameter]) == External(
                "client.me.did", self._account()
            ):
                del given[parameter]
        if "text" in given:
            self._refuse_builder(sources["text"])
        asynchronous = isinstance(function.of, Client | Member) and function.of.asynchronous
        if isinstance(function.of, Member):
            record = self._package.record(function.of.nsid)
            if record is not None and record.literal_key is not None:
                given.pop("rkey", None)
        if name.startswith("records.") and "rkey" in given:
            self._take_uri(given, sources)
        receiver = updated.func.value if isinstance(updated.func, cst.Attribute) else updated.func
        filled = template.fill(receiver, given, self._resolve, awaits="inner" if asynchronous else "")
        self._references.consume(original.func)
        return self._laid_out(original, filled.with_changes(lpar=updated.lpar, rpar=updated.rpar))

    def _ref(self, original: cst.Call, updated: cst.Call) -> cst.BaseExpression | None:
        """The reference to a record that is written where the reference is asked for."""
        if len(original.args) != 1 or dotted(original.args[0].value):
            return None
        of = self._inference.type_of(original.args[0].value)
        if not (isinstance(of, External) and of.name == "written"):
            return None
        self._references.consume(original.func)
        value = updated.args[0].value
        if isinstance(value, cst.Await) and not value.lpar:
            value = value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return self._laid_out(original, cst.Attribute(value, cst.Name("ref")))

    def _take_uri(
        self, given: dict[str, cst.BaseExpression], sources: Mapping[str, cst.BaseExpression]
    ) -> None:
        """Give the URI that a record key comes from: that has a key for the type checker."""
        key, source = given["rkey"], sources["rkey"]
        if self._inference.type_of(source) != External("uri.rkey") or not isinstance(key, cst.Attribute):
            return
        repo = sources.get("repo")
        if (
            isinstance(repo, cst.Attribute)
            and isinstance(source, cst.Attribute)
            and repo.value.deep_equals(source.value)
        ):
            given.pop("repo", None)
        given["rkey"] = key.value

    def _laid_out(self, original: cst.CSTNode, node: cst.BaseExpression) -> cst.BaseExpression:
        unit = self._inference.module.default_indent
        if not isinstance(original, cst.SimpleStatementLine):
            # What stands in brackets of the program's own keeps to its line, since these keep theirs.
            parent = self._inference.parents[original]
            while not isinstance(parent, cst.BaseSmallStatement):
                if not isinstance(parent, cst.Await | cst.Attribute):
                    return node
                parent = self._inference.parents[parent]
        return lay_out(node, unit, room=100 - self._inference.column(original))

    def _account(self) -> Type | None:
        me = self._incumbent.attribute(Client(asynchronous=False), "me")
        return me.of if isinstance(me, External) else None

    def _refuse_builder(self, text: cst.BaseExpression) -> None:
        of = self._inference.type_of(text)
        is_plain = isinstance(
            text, cst.SimpleString | cst.FormattedString | cst.ConcatenatedString | cst.BinaryOperation
        )
        if of == External("client_utils.TextBuilder"):
            raise UnfitError(self._hint("client_utils"))
        if (
            self._references.first_use("client_utils") is not None
            and not is_plain
            and not isinstance(of, Plain)
        ):
            raise UnfitError("the text may be one that a TextBuilder makes: give text and facets")

    def _method(self, original: cst.Call, updated: cst.Call, member: Member) -> cst.BaseExpression:
        method = self._package.method(member.nsid)
        if method is None or not original.args:
            return updated
        takes_params = method.parameters is not None and bool(method.parameters.properties)
        parts: list[tuple[str, cst.Arg, cst.Arg]] = []
        for position, (source, argument) in enumerate(zip(original.args, updated.args, strict=True)):
            name = "" if source.keyword is None else source.keyword.value
            if source.star or name not in {"", "params", "data"}:
                raise UnfitError("give what isn't the method's to client.with_options(…)")
            part = "params" if name == "params" or (not name and takes_params and not position) else "input"
            parts.append((part, source, argument))
        if len(parts) == 1 and (inner := self._spelled_out(*parts[0], member)) is not None:
            if isinstance(updated.whitespace_before_args, cst.ParenthesizedWhitespace):
                inner = dedented(inner, self._inference.module.default_indent)
            return inner.with_changes(func=updated.func, lpar=updated.lpar, rpar=updated.rpar)
        args = [
            arg
            for part, source, argument in parts
            for arg in self._spread(source.value, argument.value, member, part)
        ]
        if any(arg.keyword is None for arg in args):
            return self._whole(original, updated, member, args)
        return self._laid_out(
            original, updated.with_changes(args=args, whitespace_before_args=cst.SimpleWhitespace(""))
        )

    def _spelled_out(self, part: str, source: cst.Arg, argument: cst.Arg, member: Member) -> cst.Call | None:
        """The call of a class that holds all arguments, with these by their names."""
        expected = self._incumbent.part(member.nsid, part)
        if not (isinstance(source.value, cst.Call) and isinstance(argument.value, cst.Call)):
            return None
        if not isinstance(expected, Instance) or self._inference.type_of(source.value) != expected:
            return None
        self._references.consume(source.value.func)
        fields = self._package.fields(expected.part)
        return argument.value.with_changes(args=keywords_of_call(argument.value.args, fields))

    def _spread(
        self, source: cst.BaseExpression, value: cst.BaseExpression, member: Member, part: str
    ) -> list[cst.Arg]:
        """The arguments that one which holds them all stands for; itself, without a name, where it is a variable."""
        expected = self._incumbent.part(member.nsid, part)
        if part == "input" and expected is None:
            return [keyword("data", value)]
        if not isinstance(expected, Instance):
            return [keyword("input", value)]
        if isinstance(source, cst.Dict) and isinstance(value, cst.Dict):
            return keywords_of_dict(value, self._package.fields(expected.part))
        if self._inference.type_of(source) == expected:
            return [cst.Arg(value)]
        raise UnfitError("give it keyword arguments: what it gets isn't written out where it is called")

    def _whole(
        self, original: cst.Call, updated: cst.Call, member: Member, args: list[cst.Arg]
    ) -> cst.BaseExpression:
        """The call of a method with an object that holds its arguments."""
        parent = self._inference.parents[original]
        if member.asynchronous and not isinstance(parent, cst.Await):
            raise UnfitError("give it keyword arguments, or await it where it is called")
        client = updated.func
        source = original.func
        while isinstance(client, cst.Attribute) and isinstance(source, cst.Attribute):
            client, source = client.value, source.value
            if isinstance(self._inference.type_of(source), Client):
                break
        else:
            raise UnfitError("give it keyword arguments: the client isn't named where it is called")
        method = self._package.method(member.nsid)
        part = "params" if method is not None and method.parameters is not None else "input"
        path = self._path((*self._package.naming.path(member.nsid), "METHOD"))
        call = cst.Call(
            cst.Attribute(client, cst.Name("xrpc")), [cst.Arg(path), keyword(part, args[0].value)]
        )
        self._whole_calls.add(id(original))
        return call if member.asynchronous else cst.Attribute(call, cst.Name("body"))

    def leave_Await(self, original_node: cst.Await, updated_node: cst.Await) -> cst.BaseExpression:
        if id(original_node.expression) not in self._whole_calls:
            return updated_node
        awaited = updated_node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return cst.Attribute(awaited, cst.Name("body"), lpar=updated_node.lpar, rpar=updated_node.rpar)

    # Logins.

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel:
        if id(original_node) in self._logins.merged:
            return cst.RemoveFromParent()
        login = self._logins.found.get(id(original_node))
        return updated_node if login is None else self._login(login, original_node, updated_node)

    def _login(
        self, login: Login, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine
    ) -> cst.FlattenSentinel[cst.BaseStatement]:
        small = updated.body[0]
        value = small.value if isinstance(small, cst.Expr | cst.Assign) else None
        call = cst.ensure_type(value.expression if isinstance(value, cst.Await) else value, cst.Call)
        receiver = cst.ensure_type(call.func, cst.Attribute).value
        begun = login_expression(login, list(call.args), self._inference, self.imports)
        client = self.imports.name(self._package.name, "AsyncClient" if login.asynchronous else "Client")
        lines: list[cst.BaseSmallStatement] = []
        if login.session:
            session = cst.parse_expression(login.session)
            lines.append(_assigned(session, self._laid_out(original, begun)))
            begun = session
        lines.append(_assigned(receiver, self._laid_out(original, cst.Call(client, [cst.Arg(begun)]))))
        if isinstance(small, cst.Assign):
            awaits: Literal["", "all"] = "all" if login.asynchronous else ""
            account = self._table.attributes["client.me"].fill(receiver, {}, self._resolve, awaits=awaits)
            lines.append(small.with_changes(value=account.with_changes(lpar=[], rpar=[])))
        if login.outside and (function := self._inference.enclosing(original, cst.FunctionDef)) is not None:
            self._declared.setdefault(id(function), []).append((login.outside, dotted(receiver)))
        statements = [cst.SimpleStatementLine([line]) for line in lines]
        statements[0] = statements[0].with_changes(leading_lines=self._comments(login, updated))
        statements[-1] = statements[-1].with_changes(trailing_whitespace=updated.trailing_whitespace)
        return cst.FlattenSentinel(statements)

    def _comments(self, login: Login, updated: cst.SimpleStatementLine) -> list[cst.EmptyLine]:
        """The lines above a login, and those above the statement that it takes the place of."""
        line = self._inference.parents[login.constructor]
        if not login.is_merged or not isinstance(line, cst.SimpleStatementLine):
            return list(updated.leading_lines)
        after = [cst.EmptyLine(comment=comment)] if (comment := line.trailing_whitespace.comment) else []
        return [*line.leading_lines, *after, *updated.leading_lines]

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        declared = self._declared.get(id(original_node))
        if declared is None or not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        said = {
            (type(small).__name__.lower(), item.name.value)
            for statement in updated_node.body.body
            if isinstance(statement, cst.SimpleStatementLine)
            for small in statement.body
            if isinstance(small, cst.Global | cst.Nonlocal)
            for item in small.names
        }
        lines = [
            cst.parse_statement(f"{word} {name}")
            for word, name in dict.fromkeys(declared)
            if (word, name) not in said
        ]
        body = list(updated_node.body.body)
        start = 1 if updated_node.get_docstring() is not None else 0
        return updated_node.with_changes(
            body=updated_node.body.with_changes(body=[*body[:start], *lines, *body[start:]])
        )


def _assigned(target: cst.BaseExpression, value: cst.BaseExpression) -> cst.Assign:
    if not isinstance(target, cst.Name | cst.Attribute):
        raise UnfitError("the client is neither a variable nor an attribute")
    return cst.Assign([cst.AssignTarget(target)], value)
