"""`huiyin route --jsonl` and `huiyin area --jsonl`: where messages would go and where points lie, a line in, a line out.

Neither needs a database or a running program. A line that can't be read gets a line with `error`, and the command ends with 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from actions.city import MODEL, LoadedCity
from bot.app import NotReady
from bot.catalogues import read_catalogues
from bot.classifiers import shipped
from bot.learning import read_city_folder
from bot.reasons import in_words
from bot.settings import Settings
from dialog.texts import Words
from domain.cases import CaseKind
from domain.choosing import choose
from domain.classifier import BadModel, Classifier
from domain.places import AreaMap, Crs, Point
from domain.working_days import WorkingDays

DONE, FAILED = 0, 1
LABELS = 3


def describe_route(command: argparse.ArgumentParser) -> None:
    """Describe the arguments of `route`."""
    command.add_argument("--jsonl", action="store_true", required=True, help="read and write one JSON object a line")
    command.add_argument("--city", type=Path, help="the city's folder (the one of the settings)")
    command.add_argument(
        "--model", type=Path, help="a model made by `huiyin train` (the folder's labels.model, or the one that ships)"
    )
    command.add_argument("--language", help="language of the reasons, zh_Hans or en (the city's first)")


def describe_area(command: argparse.ArgumentParser) -> None:
    """Describe the arguments of `area`."""
    command.add_argument("--jsonl", action="store_true", required=True, help="read and write one JSON object a line")
    command.add_argument("--areas", type=Path, required=True, help="GeoJSON, WGS-84, with the properties adcode and name")


async def route_lines(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answer messages: `text`, and optionally `lon`, `lat`, `crs`."""
    folder = arguments.city or settings.city
    city = read_city_folder(folder)
    own = folder / MODEL
    classifier = _classifier(arguments.model or (own if own.exists() else None))
    days = WorkingDays(zone=city.zone, closing_time=city.closing_time, table=city.working_days)
    loaded = LoadedCity(0, city, days, {})
    words = Words(read_catalogues(), city.languages, city.zone)
    language = arguments.language or city.languages[0]

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        text = asked["text"]
        if not isinstance(text, str):
            raise TypeError("`text` is not a text")
        chosen = choose(city, classifier, CaseKind.COMPLAINT, text, _point(asked))
        return {
            "labels": [{"label": one.label, "p": round(one.p, 4)} for one in chosen.guesses[:LABELS]],
            "categories": [{"category": one.code, "p": round(one.p, 4)} for one in chosen.categories],
            "area": chosen.located.area,
            "unit": chosen.unit,
            "confidence": round(chosen.confidence, 4),
            "decision": chosen.way,
            "reasons": [words.render(in_words(loaded, one.code, one.detail), language) for one in chosen.reasons],
        }

    return _answer_each(answer)


async def area_lines(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answer points: `lon`, `lat`, `crs`; near a border, `near` names the other areas that may be meant."""
    try:
        area_map = AreaMap.from_geojson(json.loads(arguments.areas.read_text("utf-8-sig")))
    except (OSError, ValueError) as error:
        raise NotReady(f"{arguments.areas}: {error}") from error

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        point = _point(asked)
        if point is None:
            raise ValueError("`lon` and `lat` are missing")
        around = area_map.near(point)
        area = area_map.find(point)
        near = [code for code in around if code != area]
        return {"area": area, "near": near} if near else {"area": area}

    return _answer_each(answer)


def _classifier(path: Path | None) -> Classifier:
    try:
        return Classifier.from_bytes(path.read_bytes()) if path else shipped()
    except (OSError, BadModel) as error:
        raise NotReady(f"{path or 'the model that ships'}: {error}") from error


def _point(asked: dict[str, Any]) -> Point | None:
    if asked.get("lon") is None or asked.get("lat") is None:
        return None
    return Point(lon=float(asked["lon"]), lat=float(asked["lat"]), crs=Crs(asked.get("crs") or Crs.WGS84))


def _answer_each(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    code = DONE
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            asked = json.loads(line)
            if not isinstance(asked, dict):
                raise TypeError("it is no JSON object")
            answered = answer(asked)
        except (ValueError, TypeError, KeyError) as error:
            code = FAILED
            why = f"`{error.args[0]}` is missing" if isinstance(error, KeyError) else str(error)
            answered = {"error": f"Line {number} can't be answered: {why}."}
        sys.stdout.write(json.dumps(answered, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    return code
