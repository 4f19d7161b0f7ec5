"""A test kit: an AT Protocol server in the same process, values of any definition, and recorded responses.

Every name here loads when it is first used.
"""

import typing as _t

if _t.TYPE_CHECKING:
    from atlex.testing._accounts import Account as Account
    from atlex.testing._builder import fake as fake
    from atlex.testing._methods import Call as Call
    from atlex.testing._pds import FakePds as FakePds
    from atlex.testing._recorded import AsyncRecordedAgent as AsyncRecordedAgent
    from atlex.testing._recorded import NotRecordedError as NotRecordedError
    from atlex.testing._recorded import RecordAnswers as RecordAnswers
    from atlex.testing._recorded import RecordedAgent as RecordedAgent
    from atlex.testing._values import values as values
    from atlex.testing._wire import LoggedRequest as LoggedRequest
    from atlex.testing._wire import PdsError as PdsError
    from atlex.testing._wire import PdsFault as PdsFault
else:
    # Made from the imports above by tools/faces.py.
    from atlex._lazy import lazy_face as _lazy_face

    __all__, __getattr__, __dir__ = _lazy_face(
        __name__,
        {
            "atlex.testing._accounts": "Account",
            "atlex.testing._builder": "fake",
            "atlex.testing._methods": "Call",
            "atlex.testing._pds": "FakePds",
            "atlex.testing._recorded": "AsyncRecordedAgent NotRecordedError RecordAnswers RecordedAgent",
            "atlex.testing._values": "values",
            "atlex.testing._wire": "LoggedRequest PdsError PdsFault",
        },
    )
