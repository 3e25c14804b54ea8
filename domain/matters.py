"""What a text says of the matter itself, not of where it is, what is beside it, or what it is not about.

Names of areas are taken from what the classifier reads, for 城中区 looks like 城中村 and 城乡 to it. A word that the city gives
for a category stays one, whatever area is called like it; so do the names of halls, windows and units.
"""

from __future__ import annotations

from domain.city import City
from domain.classifier import Classifier, Guess
from domain.denials import without_denials
from domain.locating import areas_in, without_landmarks
from domain.routing import without_neighbours
from domain.simplified import simplified


def matter(city: City, text: str) -> str:
    """Leave what the text says of the matter, simplified: neither what it denies nor what is only beside it."""
    return without_neighbours(city, without_denials(without_landmarks(city, simplified(text))))


def guess_labels(city: City, classifier: Classifier, text: str) -> tuple[Guess, ...]:
    """Give all labels with their probabilities, the most probable first, wherever in the city it is."""
    return classifier.guess(without_areas(city, text))


def without_areas(city: City, text: str) -> str:
    """Return the text without the names of areas."""
    kept, end = [], 0
    for hit in areas_in(city, text):
        if hit.start >= end:
            kept += [text[end : hit.start], " "]
            end = hit.start + len(hit.alias)
    return "".join((*kept, text[end:]))
