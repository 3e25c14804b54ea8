"""What the command line does beside serving."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from actions import tickets
from actions.cards import KINDS
from actions.city import LoadedCity, load, own_classifier, read
from actions.invitations import PROGRAM_URL, invite, links
from actions.record import STATES
from actions.staffing import end_role
from actions.verify import Proof, verify
from actions.windows import window_links
from bot.app import App, NotReady, check_keys, limits_of, opened
from bot.app import city_files as read_folder
from bot.backups.backup import back_up
from bot.backups.form import LIST, Manifest
from bot.backups.restore import restore
from bot.catalogues import read_catalogues
from bot.classifiers import shipped
from bot.clock import Clock
from bot.doctor.doctor import examine
from bot.doctor.finding import Level
from bot.exit_codes import BROKEN, DONE, FAILED
from bot.needs import loaded_city, migrated
from bot.setting_values import MEGABYTE, is_loopback
from bot.settings import Settings, local_url
from bot.town import Town
from dialog.subjects import Refused
from dialog.texts import Text, Words
from domain.city import City
from domain.city_files import thin_calendar, unknown_labels
from domain.city_tables import Problem
from domain.classifier import Classifier
from domain.numbers import read_case_number
from storage import cases, deadlines, inbox, invitations, ledger, memory, outbox, roles
from storage.cases import Case
from storage.database import Tx
from storage.keys import Keys
from storage.migrate import migrate
from storage.roles import RoleKind
from storage.times import at

MOST_TICKETS = 1000
MOST_CASES = 100_000
LONGEST_NAME = 40
"""In characters, as where a name is asked for in chat."""


async def migrate_database(arguments: argparse.Namespace, settings: Settings) -> int:
    """Apply missing migrations."""
    async with opened(settings, new=True) as (database, _keys):
        applied = await migrate(database, Clock().now())
    print("\n".join(f"applied {name}" for name in applied) or "The database is up to date.")
    return DONE


async def take_backup(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write a backup while the program runs."""
    async with opened(settings) as (database, keys):
        await migrated(database)
        async with database.reading() as tx:
            await check_keys(tx, keys, settings)
        made = await back_up(database, keys, settings.data, arguments.folder, Clock().now())
    print(f"{arguments.folder}: {_what_it_holds(made)}. The key, {made.key}, is not in it.")
    for name in made.missing:
        print(f"The database names a file {name}, but it is not in {settings.data}.", file=sys.stderr)
    return FAILED if made.missing else DONE


async def restore_backup(arguments: argparse.Namespace, settings: Settings) -> int:
    """Give a backup back to an empty database and folder, and prove what came of it."""
    try:
        manifest, proof = await restore(arguments.folder, settings, Clock().now())
    except OSError as error:  # what there is no room for has no name of its own
        raise NotReady(f"{error.filename or settings.data} can't be used: {error.strerror}. Nothing is finished.") from error
    print(f"Restored, as of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC: {_what_it_holds(manifest)}.")
    return _told(proof)


async def call_doctor(arguments: argparse.Namespace, settings: Settings) -> int:
    """Look at everything that should be well."""
    levels = set()
    async for finding in examine(settings, Clock().now()):
        print(finding, flush=True)
        levels.add(finding.level)
    return FAILED if Level.BAD in levels else DONE


async def city_files(arguments: argparse.Namespace, settings: Settings) -> int:
    """Check the files of a city, or load them."""
    files = read_folder(arguments.folder, "Name the folder of the city's files.")
    city = read(files)
    counts = f"{len(city.areas)} areas, {len(city.units)} units, {len(city.categories)} categories, {len(city.rules)} rules"
    counts += f", {len(city.halls)} halls, {len(city.windows)} windows" if city.halls else ""
    if arguments.what == "check":
        doubtful = _look_at(files, city, own_classifier(files))
        print(f"{city.name}: {counts}. {'It can be loaded as it is.' if doubtful else 'Nothing to mend.'}")
        return DONE
    async with opened(settings) as (database, _keys):
        await migrated(database)
        async with database.transaction() as tx:
            changed = await load(tx, files, Clock().now())
            _look_at(files, city, (await loaded_city(tx)).classifier)
    print(f"{city.name}: {counts}. {'Loaded.' if changed else 'Already loaded; nothing has changed.'}")
    return DONE


def _look_at(files: Mapping[str, bytes], city: City, own: Classifier | None) -> bool:
    """Print what the files may say by mistake, and tell whether there is any: labels that the model does not know, thin years."""
    doubtful = (*unknown_labels(files, (own or shipped()).labels), *thin_calendar(city))
    if doubtful:
        print("To be looked at:", *map(problem, doubtful), sep="\n")
    return bool(doubtful)


async def invite_staff(arguments: argparse.Namespace, settings: Settings) -> int:
    """Make an invitation and print its links."""
    role = RoleKind(arguments.role)
    if role is not RoleKind.OFFICE and not arguments.unit:
        raise NotReady(f"A {role} belongs to a unit. Name it: huiyin invite {role} --unit CODE")
    if role is RoleKind.OFFICE and arguments.unit:
        raise NotReady("The office belongs to no unit. Leave --unit out.")
    if len(arguments.name) > LONGEST_NAME:
        raise NotReady(f"The name is too long: write at most {LONGEST_NAME} characters.")
    async with opened(settings) as (database, keys):
        await migrated(database)
        async with database.transaction() as tx:
            loaded = await loaded_city(tx)
            for unit in arguments.unit:
                if unit not in loaded.city.units:
                    raise NotReady(f"There is no unit {unit}. The codes stand in units.csv.")
            await check_keys(tx, keys, settings)
            code = await invite(tx, keys, role, arguments.unit, arguments.name, Clock().now())
            found = await links(tx, keys, await _public_url(tx, keys, settings), code, Clock().now())
    if arguments.json:
        print(json.dumps({"code": code, "telegram": found.telegram, "web": found.web}))
    else:
        print(f"Web:      {found.web}")
        if found.telegram or settings.telegram_token:
            print(f"Telegram: {found.telegram or f'send the bot: /start {code}'}")
        print("The link works once, within seven days.")
    return DONE


async def list_or_end_staff(arguments: argparse.Namespace, settings: Settings) -> int:
    """List every role that is held, or end one."""
    if arguments.what == "end" and not arguments.id:
        raise NotReady("Which role? huiyin staff lists them with their ids. Then: huiyin staff end ID")
    async with opened(settings) as (database, keys):
        await migrated(database)
        async with database.transaction() as tx:
            await check_keys(tx, keys, settings)
            if arguments.what == "list":
                held = [role for kind in RoleKind for role in await roles.of_kind(tx, kind)]
                for role in held:
                    print(f"{role.id}  {role.kind:<8} {role.unit or '-':<28} {role.since_at:%Y-%m-%d}  {role.name}")
                return DONE
            await loaded_city(tx)
            town = Town(Clock(), keys, await _public_url(tx, keys, settings), limits_of(settings))
            try:
                ended = await end_role(await town.context(tx), arguments.id, None)
            except Refused:
                print("Nobody holds this role now. huiyin staff lists those that are held.", file=sys.stderr)
                return FAILED
    print(f"The role of {ended.role.name} has ended.")
    return DONE


async def print_posters(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the posters or the labels of a hall's windows, or of all."""
    from bot.posters import Poster, draw_labels, draw_posters  # here, because no other command needs what draws them

    if is_loopback(urlsplit(settings.public_url).hostname or ""):
        raise NotReady(
            "A poster's code has to lead to this program from anybody's phone. Set HUIYIN_PUBLIC_URL to the address at which the"
            " city reaches it, such as https://huiyin.example.org, and ask again."
        )
    async with opened(settings) as (database, keys):
        await migrated(database)
        async with database.transaction() as tx:
            loaded = await loaded_city(tx)
            city = loaded.city
            if arguments.hall not in ("all", *city.halls):
                raise NotReady(
                    f"There is no hall {arguments.hall}. The codes stand in halls.csv: {', '.join(city.halls) or 'none'}."
                )
            windows = [window for window in city.windows.values() if arguments.hall in ("all", window.hall)]
            if not windows:
                raise NotReady("There are no windows. Add them to windows.csv, and load the city again: huiyin city load FOLDER")
            await check_keys(tx, keys, settings)
            found = [await window_links(tx, keys, settings.public_url, window.code, Clock().now()) for window in windows]
    posters = [
        Poster(city=city, hall=city.halls[window.hall], window=window, web=links.web, telegram=links.telegram)
        for window, links in zip(windows, found, strict=True)
    ]
    words = Words(read_catalogues(), city.languages, city.zone)
    drawn = (draw_labels if arguments.labels else draw_posters)(posters, words)
    try:
        arguments.out.write_bytes(drawn.pdf)
    except OSError as error:
        raise NotReady(f"{arguments.out} can't be written: {error.strerror}. Name another file with --out.") from error
    print(f"{len(posters)} {'label(s)' if arguments.labels else 'poster(s)'} written to {arguments.out}.")
    if settings.telegram_token and not arguments.labels and posters[0].telegram is None:
        print("They have no code for Telegram: the bot's name is known once huiyin run has reached Telegram.")
    if drawn.lacking:
        print(f"Printed as 〓, for the font lacks them: {' '.join(sorted(drawn.lacking))}")
    return DONE


async def make_tickets(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print visit tickets for a window, for the system that runs its queue."""
    if not 1 <= arguments.count <= MOST_TICKETS:
        raise NotReady(f"One call makes 1 to {MOST_TICKETS} tickets. They are good for a day, so make them as you need them.")
    async with opened(settings) as (database, keys):
        await migrated(database)
        async with database.transaction() as tx:
            loaded = await loaded_city(tx)
            window, now = arguments.window, Clock().now()
            if window not in loaded.city.windows:
                raise NotReady(f"There is no window {window}. The codes stand in windows.csv.")
            await check_keys(tx, keys, settings)
            made = [tickets.issue(keys, window, now) for _n in range(arguments.count)]
            found = [await tickets.links(tx, keys, settings.public_url, window, ticket, now) for ticket in made]
    for ticket, opens in zip(made, found, strict=True):
        facts = {"window": window, "ticket": ticket, "web": opens.web, "telegram": opens.telegram}
        print(json.dumps(facts) if arguments.json else opens.web)
    return DONE


async def _public_url(tx: Tx, keys: Keys, settings: Settings) -> str:
    """Give the address at which people reach the program: as it runs, unless this command is told another one."""
    if settings.public_url != local_url(*settings.listen):
        return settings.public_url
    known = await memory.recall(tx, keys, PROGRAM_URL, Clock().now())
    return known.decode() if known else settings.public_url


async def show_cases(arguments: argparse.Namespace, settings: Settings) -> int:
    """List the newest cases, or one with its history; misconduct reports are counted, never shown."""
    if not 1 <= arguments.most <= MOST_CASES:
        raise NotReady(f"--most is a number from 1 to {MOST_CASES}.")
    async with opened(settings) as (database, _keys):
        await migrated(database)
        async with database.reading() as tx:
            loaded = await loaded_city(tx)
            words = Words(read_catalogues(), loaded.city.languages, loaded.city.zone)
            if arguments.number:
                return await _show_case(tx, loaded, words, arguments.number, as_json=arguments.json)
            found = await cases.newest(tx, arguments.most)
            confidential = await cases.count_confidential(tx)
    for case in found:
        print(json.dumps(_facts(case), ensure_ascii=False) if arguments.json else _line(case, loaded, words))
    if not arguments.json:
        print(f"{len(found)} case(s) shown; misconduct reports, seen by the discipline teams only: {confidential}.")
    return DONE


async def _show_case(tx: Tx, loaded: LoadedCity, words: Words, typed: str, *, as_json: bool) -> int:
    number = read_case_number(typed)
    case = await cases.numbered(tx, number) if number else None
    if case is None or case.kind == "misconduct":
        print("There is no such case. Its number looks like 20260105-12345-6.", file=sys.stderr)
        return FAILED
    history = await ledger.of_subject(tx, f"case:{case.id}")
    if as_json:
        steps = [{"n": row.n, "at_ms": row.at_ms, "actor": row.actor, "event": row.event, **row.payload} for row in history]
        print(json.dumps({**_facts(case), "routing": json.loads(case.routing), "ledger": steps}, ensure_ascii=False))
        return DONE
    print(_line(case, loaded, words))
    for row in history:
        print(f"  {row.n:>3}  {_time(row.at_ms, loaded)}  {row.event:<12} {row.actor.partition(':')[0]}")
    return DONE


async def parked_messages(arguments: argparse.Namespace, settings: Settings) -> int:
    """List, show, or try again what is parked: `in` could not be dealt with, `out` not delivered, `due` not chased."""
    if arguments.what == "show" and not arguments.id:
        raise NotReady("Which one? huiyin parked show ID")
    async with opened(settings) as (database, _keys):
        await migrated(database)
        async with database.transaction() as tx:
            coming, going, due = await inbox.parked(tx), await outbox.parked(tx), await deadlines.put_aside(tx)
            if arguments.what == "retry":
                return await _retry(
                    tx, arguments.id, [row.id for row in coming], [row.id for row in going], [row.id for row, _why in due]
                )
    lines = [f"in   {row.id}  {row.channel}  tries {row.tries}  {row.why}" for row in coming]
    lines += [f"out  {row.id}  {row.channel}  tries {row.tries}  {row.why}" for row in going]
    lines += [f"due  {row.id}  {row.kind} of a case  since {row.due_at:%Y-%m-%d %H:%M} UTC  {why}" for row, why in due]
    if arguments.what == "show":
        lines = [line for line in lines if arguments.id in line]
        if not lines:
            raise NotReady("Nothing parked has this id. huiyin parked lists them.")
    print("\n".join(lines) or "Nothing is parked.")
    return DONE


async def _retry(tx: Tx, id: str | None, coming: Sequence[str], going: Sequence[str], due: Sequence[str]) -> int:
    if id is None:
        raise NotReady("Which one? huiyin parked retry ID, or: huiyin parked retry all")
    now = Clock().now()
    done = 0
    for one in coming:
        done += id in (one, "all") and await inbox.unpark(tx, one)
    for one in going:
        done += id in (one, "all") and await outbox.unpark(tx, one, now)
    for one in due:
        done += id in (one, "all") and await deadlines.try_again(tx, one, now)
    if not done and id != "all":
        raise NotReady("Nothing parked has this id. huiyin parked lists them.")
    print(f"{done} of them will be tried again.")
    return DONE


async def verify_ledger(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prove the ledger, or say what is broken."""
    async with opened(settings) as (database, _keys):
        await migrated(database)
        async with database.reading() as tx:
            return _told(await verify(tx))


def _told(proof: Proof) -> int:
    for problem in proof.problems:
        print(problem, file=sys.stderr)
    print(f"{proof.chains} chains, {proof.rows} rows, {proof.texts} texts, {proof.seals} seals: ", end="")
    print("broken." if proof.problems else f"whole. Newest seal: {proof.newest_seal or 'none yet'}")
    return BROKEN if proof.problems else DONE


async def demo_links(app: App) -> str:
    """Make links for the roles that nobody holds, and say how to try everything."""
    settings = app.settings
    lines = ["", f"  Citizen    {settings.public_url}/"]
    async with app.database.transaction() as tx:
        loaded = await loaded_city(tx)
        roles_to_try: tuple[tuple[RoleKind, str, Sequence[str]], ...] = (
            (RoleKind.CONTACT, "Contact", tuple(loaded.city.units)),
            (RoleKind.OFFICE, "Office", ()),
        )
        for role, label, units in roles_to_try:
            if await roles.is_held(tx, role):
                continue
            await invitations.drop_unused(tx, role)
            code = await invite(tx, app.keys, role, units, "", app.clock.now())
            lines.append(f"  {label:<10} {settings.public_url}/in/{code}")
    if len(lines) > 2:
        lines.append("  (Contact and office links work once each; open them in another browser or a private window.)")
    if "telegram" not in app.channels:
        lines.append("  Telegram   set HUIYIN_TELEGRAM_TOKEN to your bot's token and start again")
    return "\n".join([*lines, "", "  Ctrl-C ends it.", ""])


def problem(found: Problem) -> str:
    """Write one problem of a city's files on one line."""
    place = ", ".join(
        part
        for part in (found.file, f"line {found.line}" if found.line else "", f"column {found.column}" if found.column else "")
        if part
    )
    return f"  {place}: {found.what} {found.todo}"


def _what_it_holds(manifest: Manifest) -> str:
    rows = sum(part.lines - 1 for name, part in manifest.parts.items() if name != LIST)
    size = sum(part.bytes for part in manifest.parts.values())
    seal = f"newest seal {manifest.seal[0]} {manifest.seal[1][:16]}" if manifest.seal else "no seal yet"
    return f"{rows} rows ({size / MEGABYTE:.1f} MB), {manifest.parts[LIST].lines} files, {seal}"


def _facts(case: Case) -> dict[str, object]:
    return {
        "number": case.number,
        "kind": case.kind,
        "state": case.state,
        "round": case.round,
        "area": case.area,
        "category": case.category,
        "unit": case.unit,
        "filed_at": case.filed_at.isoformat(),
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "rating": case.rating,
    }


def _line(case: Case, loaded: LoadedCity, words: Words) -> str:
    def word(text: Text) -> str:
        return words.render(text, loaded.city.languages[0])

    unit = loaded.unit(case.unit).zh if case.unit else "-"
    category = word(Text("{name}", {"name": loaded.category(case.category)}))
    return f"{case.number}  {word(KINDS[case.kind])}  {category}  {unit}  {word(STATES[case.state])}"


def _time(at_ms: int, loaded: LoadedCity) -> str:
    return f"{at(at_ms).astimezone(loaded.city.zone):%Y-%m-%d %H:%M:%S}"
