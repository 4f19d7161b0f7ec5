"""The generated-code interface: all that a generated package uses of atlex, and nothing else.

A generated package names the version that it was made for, `INTERFACE_VERSION` at that time, and `require_interface`
refuses another one. The version goes up when generated code of the version before would no longer work. Every name
loads when it is first used, so that a package which only looks something up loads only that.
"""

import typing as _t

if _t.TYPE_CHECKING:
    from atlex._agent import Body as Body
    from atlex._agent import SyncBody as SyncBody
    from atlex._bases import require_bases as require_bases
    from atlex._generated import INTERFACE_VERSION as INTERFACE_VERSION
    from atlex._generated import PermissionSet as PermissionSet
    from atlex._generated import require_interface as require_interface
    from atlex._lazy import hide_imports as hide_imports
    from atlex._lazy import lazy_names as lazy_names
    from atlex._lazy import lazy_package as lazy_package
    from atlex._validation import Validation as Validation
    from atlex.client import AsyncLiteralRecords as AsyncLiteralRecords
    from atlex.client import AsyncNamespace as AsyncNamespace
    from atlex.client import AsyncRecords as AsyncRecords
    from atlex.client import BaseAsyncClient as BaseAsyncClient
    from atlex.client import BaseClient as BaseClient
    from atlex.client import LiteralRecords as LiteralRecords
    from atlex.client import Methods as Methods
    from atlex.client import Namespace as Namespace
    from atlex.client import Proxies as Proxies
    from atlex.client import Records as Records
    from atlex.data import OMIT as OMIT
    from atlex.data import CidLink as CidLink
    from atlex.data import Omit as Omit
    from atlex.data import UnknownObject as UnknownObject
    from atlex.errors import InvalidSwapError as InvalidSwapError
    from atlex.errors import LexAuthFactorError as LexAuthFactorError
    from atlex.errors import RecordNotFoundError as RecordNotFoundError
    from atlex.errors import XrpcResponseError as XrpcResponseError
    from atlex.model import NONE as NONE
    from atlex.model import Alias as Alias
    from atlex.model import AnyBlob as AnyBlob
    from atlex.model import Anything as Anything
    from atlex.model import Array as Array
    from atlex.model import BlobRef as BlobRef
    from atlex.model import Bool as Bool
    from atlex.model import Bytes as Bytes
    from atlex.model import Datetime as Datetime
    from atlex.model import Int as Int
    from atlex.model import Link as Link
    from atlex.model import M as M
    from atlex.model import Object as Object
    from atlex.model import OptionalDatetime as OptionalDatetime
    from atlex.model import Params as Params
    from atlex.model import RecordObject as RecordObject
    from atlex.model import String as String
    from atlex.model import Unknown as Unknown
    from atlex.model import UnknownInput as UnknownInput
    from atlex.model import closed_union as closed_union
    from atlex.model import deprecated as deprecated
    from atlex.model import open_union as open_union
    from atlex.model import read_as as read_as
    from atlex.model import strong_ref as strong_ref
    from atlex.xrpc import Procedure as Procedure
    from atlex.xrpc import Query as Query
    from atlex.xrpc import Record as Record
    from atlex.xrpc import Subscription as Subscription
else:
    # Made from the imports above by tools/faces.py.
    from atlex._lazy import lazy_face as _lazy_face

    __all__, __getattr__, __dir__ = _lazy_face(
        __name__,
        {
            "atlex._agent": "Body SyncBody",
            "atlex._bases": "require_bases",
            "atlex._generated": "INTERFACE_VERSION PermissionSet require_interface",
            "atlex._lazy": "hide_imports lazy_names lazy_package",
            "atlex._validation": "Validation",
            "atlex.client": (
                "AsyncLiteralRecords AsyncNamespace AsyncRecords BaseAsyncClient BaseClient LiteralRecords "
                "Methods Namespace Proxies Records"
            ),
            "atlex.data": "CidLink OMIT Omit UnknownObject",
            "atlex.errors": "InvalidSwapError LexAuthFactorError RecordNotFoundError XrpcResponseError",
            "atlex.model": (
                "Alias AnyBlob Anything Array BlobRef Bool Bytes Datetime Int Link M NONE Object "
                "OptionalDatetime Params RecordObject String Unknown UnknownInput closed_union deprecated "
                "open_union read_as strong_ref"
            ),
            "atlex.xrpc": "Procedure Query Record Subscription",
        },
    )
