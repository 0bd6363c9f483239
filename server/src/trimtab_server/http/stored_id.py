"""The `{id}` of a path, in the one spelling in which we give ids."""

from typing import Annotated

from fastapi import Path

StoredId = Annotated[
    str,
    Path(
        pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        description="As an answer gave it.",
        examples=["5f0c8a52-6e55-4f0e-9a57-0f2ad7c9a111"],
    ),
]
