"""Values of which the lexicon says nothing: the data model alone decides about them."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from atlex.data import faults_of, is_sound

__all__ = ["within_data_model"]

T = TypeVar("T")


def within_data_model(value: T) -> T:
    """The value itself, if it is one of the data model.

    Raises:
        pydantic.ValidationError: It isn't; every fault has its place.
    """
    if is_sound(value):
        return value
    details = [
        InitErrorDetails(
            type=PydanticCustomError("data_model", cast("Any", fault.reason)),
            loc=fault.path,
            input=fault.value,
        )
        for fault in faults_of(value)
    ]
    if details:
        raise ValidationError.from_exception_data("value", details, hide_input=True)
    return value
