"""The translations: gettext files, read as they are at start; the English source sentences stand in the code."""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent.parent / "locale"


def read_catalogues() -> dict[str, dict[str, str]]:
    """Read every language's sentences by source sentence."""
    catalogues = {}
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/huiyin.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.parent.name)
        catalogues[path.parent.parent.name] = {
            str(message.id): str(message.string) for message in catalogue if message.id and message.string and not message.fuzzy
        }
    return catalogues
