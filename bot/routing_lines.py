"""`huiyin route --jsonl` and `huiyin area --jsonl`: where messages would go and where points lie, a line in, a line out.

Neither needs a database or a running program. A line that can't be read gets a line with `error`, and the command ends with 1;
an empty one gets none. `confidence` is that of the unit, 0 without one.
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
from bot.exit_codes import DONE, FAILED
from bot.learning import read_city_folder
from bot.reasons import in_words
from bot.settings import Settings
from dialog.texts import Words
from domain.cases import CaseKind
from domain.choosing import choose
from domain.classifier import BadModel, Classifier
from domain.places import AreaMap, Crs, Point, with_surface
from domain.working_days import WorkingDays

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
    if language not in city.languages:
        raise NotReady(f"--language {language}: the city's are {', '.join(city.languages)}")

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        text = asked["text"]
        if not isinstance(text, str):
            raise TypeError("`text` has to be a text")
        chosen = choose(city, classifier, CaseKind.COMPLAINT, text, _point(asked))
        return {
            "labels": [{"label": one.label, "p": round(one.p, 4)} for one in chosen.guesses[:LABELS]],
            "categories": [{"category": one.code, "p": round(one.p, 4)} for one in chosen.categories],
            "area": chosen.located.area,
            "unit": chosen.unit,
            "confidence": round(chosen.confidence, 4) if chosen.unit else 0.0,
            "decision": chosen.way,
            "reasons": [words.render(in_words(loaded, one.code, one.detail), language) for one in chosen.reasons],
        }

    return _answer_each(answer)


async def area_lines(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answer points: `lon`, `lat`, `crs`; near a border, `near` names the other areas that may be meant."""
    try:
        document, without = with_surface(json.loads(arguments.areas.read_text("utf-8-sig")))
        area_map = AreaMap.from_geojson(document)
    except RecursionError as error:
        raise NotReady(f"{arguments.areas}: it is nested too deeply to be a GeoJSON FeatureCollection.") from error
    except (OSError, ValueError) as error:
        raise NotReady(f"{arguments.areas}: {error}") from error
    for feature in without:
        print(f"{arguments.areas}: {feature}, has no surface and is left out.", file=sys.stderr)

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
    lon, lat = _degrees(asked, "lon"), _degrees(asked, "lat")
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        raise ValueError("of `lon` and `lat` one is missing")
    crs = asked.get("crs")
    if crs is None:
        crs = Crs.WGS84
    if crs not in list(Crs):
        raise ValueError(f"`crs` has to be {' or '.join(Crs)}")
    return Point(lon=lon, lat=lat, crs=Crs(crs))


def _degrees(asked: dict[str, Any], name: str) -> float | None:
    value = asked.get(name)
    if value is None:
        return None
    try:
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            return float(value)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"`{name}` has to be degrees, such as 101.77")


def _read(line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise ValueError("it is no JSON object in UTF-8")
    return asked


def _answer_each(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    code = DONE
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            answered = answer(_read(line))
        except KeyError as error:
            answered = {"error": f"Line {number} can't be answered: `{error.args[0]}` is missing."}
        except (ValueError, TypeError) as error:
            answered = {"error": f"Line {number} can't be answered: {str(error).rstrip('.')}."}
        if "error" in answered:
            code = FAILED
        sys.stdout.write(json.dumps(answered, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    return code
