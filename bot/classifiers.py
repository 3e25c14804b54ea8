"""The classifier that ships with the program."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from domain.classifier import Classifier

SHIPPED = Path(__file__).parent / "models" / "labels.model"


@cache
def shipped() -> Classifier:
    """Read it, once."""
    return Classifier.from_bytes(SHIPPED.read_bytes())
