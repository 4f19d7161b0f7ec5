"""From a client that logs in to a session that a client is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import libcst as cst
from libcst.metadata import Assignment

from atlex_codegen._migrate._arguments import keyword
from atlex_codegen._migrate._imports import Imports
from atlex_codegen._migrate._inference import Inference, dotted
from atlex_codegen._migrate._templates import Template, UnfitError, bind
from atlex_codegen._migrate._types import ClassOf, Client, External, UserInstance

__all__ = ["Login", "Logins", "base_url", "login_expression", "mentions", "session_name"]

_LOGIN: Final = Template.parse(
    "client.login(login=..., password=..., session_string=..., auth_factor_token=..., fetch_bsky_profile=...)",
    "client",
).parameters
_CLIENT: Final = Template.parse("Client(base_url=...)", "client").parameters
_ENTRYWAY: Final = '"https://bsky.social"'
_MAYBE: Final = frozenset({"get", "getenv"})

Constructor = cst.Assign | cst.AnnAssign


@dataclass(frozen=True, slots=True)
class Login:
    """A statement that logs a client in.

    Attributes:
        call: The call of ``login``.
        receiver: The client that is logged in.
        result: What the statement binds the result to, or None.
        asynchronous: Whether the client is.
        constructor: The statement that makes the client.
        is_merged: Whether the login takes that statement's place.
        session: The name to give the session, where the program needs it later; else empty.
        outside: The scope that the client's name lives in, where the statement needs ``global`` or ``nonlocal``.
    """

    call: cst.Call
    receiver: cst.BaseExpression
    result: cst.BaseExpression | None
    asynchronous: bool
    constructor: Constructor
    is_merged: bool
    session: str
    outside: str


class Logins:
    """The logins of a module.

    Args:
        inference: The types of the module.
        exporting: The names of the clients whose session the program asks for.

    Attributes:
        found: The logins, by their statements' identities.
        merged: The identities of the statements that logins take the place of.
        refused: The statements with a login that can't be moved, and why.
    """

    def __init__(self, inference: Inference, exporting: frozenset[str]) -> None:
        self._inference = inference
        self._exporting = exporting
        self.found: dict[int, Login] = {}
        self.merged: set[int] = set()
        self.refused: list[tuple[cst.CSTNode, str]] = []
        self._calls: set[int] = set()
        lines = _Lines()
        inference.module.visit(lines)
        for line in lines.found:
            try:
                login = self._find(line)
            except UnfitError as error:
                self.refused.append((line, str(error)))
                continue
            if login is not None:
                self.found[id(line)] = login
                if login.is_merged:
                    self.merged.add(id(inference.parents[login.constructor]))

    def knows(self, call: cst.Call) -> bool:
        """Whether something has been said of a login."""
        return id(call) in self._calls

    def has_session(self, receiver: cst.BaseExpression) -> bool:
        """Whether there is a session in a variable beside a client."""
        return any(login.session and login.receiver.deep_equals(receiver) for login in self.found.values())

    def _find(self, statement: cst.SimpleStatementLine) -> Login | None:
        """The login that a statement is; None for another statement.

        Raises:
            UnfitError: It is a login, but one that can't be moved.
        """
        if len(statement.body) != 1:
            return None
        small, result = statement.body[0], None
        match small:
            case cst.Expr():
                value = small.value
            case cst.Assign() if len(small.targets) == 1:
                value, result = small.value, small.targets[0].target
            case _:
                return None
        call = value.expression if isinstance(value, cst.Await) else value
        if not (isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute)):
            return None
        of = self._inference.type_of(call.func)
        if not (isinstance(of, External) and of.name == "client.login" and isinstance(of.of, Client)):
            return None
        self._calls.add(id(call))
        if of.of.asynchronous != isinstance(value, cst.Await):
            raise UnfitError("the login isn't awaited where it stands")
        receiver = call.func.value
        if not isinstance(receiver, cst.Name | cst.Attribute):
            raise UnfitError("the client is neither a variable nor an attribute")
        constructor = self._constructor(receiver)
        login = Login(
            call,
            receiver,
            result,
            of.of.asynchronous,
            constructor,
            self._is_merged(constructor, statement, receiver),
            self._session(receiver),
            self._outside(receiver, statement),
        )
        # What can't be written is to be known before anything is taken out.
        login_expression(login, list(call.args), self._inference, Imports(cst.Module([]), ()))
        return login

    def _constructor(self, receiver: cst.BaseExpression) -> Constructor:
        """The one statement that makes the client."""
        targets: list[cst.CSTNode] = []
        if isinstance(receiver, cst.Name):
            targets += [
                assignment.node
                for assignment in self._inference.assignments(receiver)
                if isinstance(assignment, Assignment)
            ]
        elif isinstance(receiver, cst.Attribute):
            owner = self._inference.type_of(receiver.value)
            if isinstance(owner, UserInstance):
                targets += self._inference.own_bindings(owner.of.node, receiver.attr.value)
        statements = [self._statement(target) for target in targets]
        made = [found for found in statements if found is not None]
        if len(made) != 1:
            raise UnfitError("log in where the client is made: Client(PasswordSession.login(…))")
        return made[0]

    def _statement(self, target: cst.CSTNode) -> Constructor | None:
        parent = self._inference.parents.get(target)
        if isinstance(parent, cst.AssignTarget):
            parent = self._inference.parents[parent]
        if not isinstance(parent, Constructor) or not isinstance(parent.value, cst.Call):
            return None
        made = self._inference.type_of(parent.value.func)
        return parent if isinstance(made, ClassOf) and isinstance(made.of, Client) else None

    def _is_merged(
        self, constructor: Constructor, statement: cst.SimpleStatementLine, receiver: cst.BaseExpression
    ) -> bool:
        parents = self._inference.parents
        line = parents[constructor]
        block = parents[line]
        if parents[statement] is not block or not isinstance(block, cst.Module | cst.IndentedBlock):
            return False
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            return False
        body = list(block.body)
        between = body[body.index(line) + 1 : body.index(statement)]
        return body.index(line) < body.index(statement) and not any(
            mentions(node, receiver) for node in between
        )

    def _session(self, receiver: cst.BaseExpression) -> str:
        if dotted(receiver) not in self._exporting:
            return ""
        return session_name(receiver)

    def _outside(self, receiver: cst.BaseExpression, statement: cst.CSTNode) -> str:
        """How the function has to declare the client's name, so as to bind it again."""
        if not isinstance(receiver, cst.Name):
            return ""
        function = self._inference.enclosing(statement, cst.FunctionDef)
        owners = {assignment.scope for assignment in self._inference.assignments(receiver)}
        if function is None or self._inference.scope(receiver) in owners:
            return ""
        module = {scope for scope in owners if scope is scope.globals}
        return "global" if module else "nonlocal"


def session_name(receiver: cst.BaseExpression) -> str:
    """The name for the session of a client: ``session`` beside ``client``, ``self.session`` beside ``self.client``."""
    start, _, _ = dotted(receiver).rpartition(".")
    return f"{start}.session" if start else "session"


def base_url(call: cst.Call) -> cst.BaseExpression:
    """The URL that a client is made with, or that of the entryway.

    Raises:
        UnfitError: The client is made with more than a URL.
    """
    try:
        given = bind(_CLIENT, call.args).get("base_url")
    except UnfitError as error:
        raise UnfitError(f"the client can't be made like that: {error}") from None
    entryway = cst.SimpleString(_ENTRYWAY)
    if given is None or (isinstance(given, cst.Name) and given.value == "None"):
        return entryway
    if isinstance(given, cst.SimpleString) and isinstance(given.evaluated_value, str):
        url = given.evaluated_value.removesuffix("/").removesuffix("/xrpc")
        return given if url == given.evaluated_value else cst.SimpleString(repr(url))
    if (
        isinstance(given, cst.Call)
        and dotted(given.func).rpartition(".")[2] in _MAYBE
        and len(given.args) == 1
    ):
        return cst.BooleanOperation(given, cst.Or(), entryway)
    return given


def _means_the_same(node: cst.BaseExpression, inference: Inference, place: cst.CSTNode) -> bool:
    """Whether an expression can be evaluated once more at another place."""
    match node:
        case cst.SimpleString():
            return True
        case cst.Name():
            here, there = inference.scope(node), inference.scope(place)
            if here is None or there is None or node.value not in there:
                return False
            return set(here[node.value]) == set(there[node.value]) and len(here[node.value]) == 1
        case cst.Attribute():
            return _means_the_same(node.value, inference, place)
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString()))]):
            return _means_the_same(node.value, inference, place)
        case cst.Call() if dotted(node.func) in {"os.environ.get", "os.getenv", "environ.get", "getenv"}:
            return all(_means_the_same(argument.value, inference, place) for argument in node.args)
        case _:
            return False


def login_expression(
    login: Login, arguments: list[cst.Arg], inference: Inference, imports: Imports
) -> cst.BaseExpression:
    """The expression that begins the session.

    Args:
        login: The login.
        arguments: The arguments of its call, as they have been rewritten.
        inference: The types of the module.
        imports: Where the names come from.

    Raises:
        UnfitError: It is called in a way that has no counterpart.
    """
    given = bind(_LOGIN, arguments)
    maker = cst.ensure_type(login.constructor.value, cst.Call)
    class_ = imports.name("atlex", "AsyncPasswordSession" if login.asynchronous else "PasswordSession")
    if (string := given.get("session_string")) is not None:
        if "login" in given or "password" in given:
            raise UnfitError("either a session or a password: decide before")
        data = cst.Call(
            cst.Attribute(imports.name("atlex", "SessionData"), cst.Name("model_validate_json")),
            [cst.Arg(string)],
        )
        begun = cst.Call(cst.Attribute(class_, cst.Name("resume")), [cst.Arg(data)])
    else:
        if "login" not in given or "password" not in given:
            raise UnfitError("a login needs an identifier and a password")
        url = bind(_CLIENT, maker.args).get("base_url") if maker.args else None
        if not login.is_merged and url is not None and not _means_the_same(url, inference, login.call):
            raise UnfitError("the URL of the client isn't known here: log in where the client is made")
        args = [
            cst.Arg(base_url(maker)),
            keyword("identifier", given["login"]),
            keyword("password", given["password"]),
        ]
        if "auth_factor_token" in given:
            args.append(keyword("auth_factor_token", given["auth_factor_token"]))
        begun = cst.Call(cst.Attribute(class_, cst.Name("login")), args)
    return cst.Await(begun) if login.asynchronous else begun


class _Lines(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[cst.SimpleStatementLine] = []

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> bool:
        self.found.append(node)
        return False


def mentions(node: cst.CSTNode, receiver: cst.BaseExpression) -> bool:
    """Whether code uses a client."""
    finder = _Mentions(dotted(receiver))
    node.visit(finder)
    return finder.found


class _Mentions(cst.CSTVisitor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.found = False

    def visit_Name(self, node: cst.Name) -> None:
        self.found = self.found or node.value == self._name

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.found = self.found or dotted(node) == self._name
