"""Reading the ``WWW-Authenticate`` header (RFC 9110, section 11.6.1)."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["parse_www_authenticate"]

# Possessive throughout: a header is hostile input, and without backtracking each pattern takes linear time.
_ELEMENT: Final = re.compile(r'((?:[^,"]++|"(?:[^"\\]++|\\.)*+")*+)(?:,|\Z)', re.DOTALL)
_PARAMETER: Final = re.compile(r'([^\s="]++)\s*+=\s*+(?:"((?:[^"\\]++|\\.)*+)"|([^\s="]*+))', re.DOTALL)
_SCHEME: Final = re.compile(r'[^\s="]++')
_TOKEN68: Final = re.compile(r"[A-Za-z0-9._~+/-]++=*+")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


def parse_www_authenticate(header: str | None) -> dict[str, dict[str, str] | str] | None:
    r"""Read the challenges of a ``WWW-Authenticate`` header.

    Args:
        header: The header's value; several headers joined with commas are read as one.

    Returns:
        Each scheme, its case kept, with its parameters or its token68 value; a scheme that stands alone has no
        parameters. Of a parameter given twice the last counts. None where there is no header, or one that can't be
        read without guessing: an open quote, a parameter without a scheme, a scheme given twice, parameters that no
        comma separates.
    """
    if header is None:
        return None
    challenges: dict[str, dict[str, str] | str] = {}
    parameters: dict[str, str] | None = None
    position = 0
    while position < len(header):
        element = _ELEMENT.match(header, position)
        if element is None:
            return None
        position = element.end()
        text = element[1].strip()
        if not text:
            continue
        if (parameter := _PARAMETER.fullmatch(text)) is not None:
            if parameters is None:
                return None
        else:
            scheme, *rest = text.split(maxsplit=1)
            if scheme in challenges or not _SCHEME.fullmatch(scheme):
                return None
            parameters = None
            if not rest:
                challenges[scheme] = {}
                continue
            parameter = _PARAMETER.fullmatch(rest[0])
            if parameter is None:
                if not _TOKEN68.fullmatch(rest[0]):
                    return None
                challenges[scheme] = rest[0]
                continue
            challenges[scheme] = parameters = {}
        name, quoted, plain = parameter.groups()
        parameters[name] = plain if quoted is None else _ESCAPED.sub(r"\1", quoted)
    return challenges
