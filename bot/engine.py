"""One turn: one message, one transaction. What is for everything stands here: commands, back, cancel, groups, limits.

Free text goes to the case whose card it replies to, else to the open question, else it is kept as a draft of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from actions import following
from actions.cards import Card
from actions.context import Actor, Context
from actions.notices import lose, queue
from bot.channels.webchat_gate import CHANNEL as WEB
from bot.talking import FINISHED, Talking
from dialog import incoming as wire
from dialog.incoming import Incoming, IncomingFile
from dialog.outgoing import Outgoing, say
from dialog.questions import plain
from dialog.subjects import Act, Form, Opening, Refused, Reply, Screen, Subject, form_button, screen_button
from dialog.texts import Json, Moment, Text, Words, _
from domain.danger import in_danger
from handlers import home, stray, typed_at_windows
from storage import chat_cards, files, inbox, outbox, people, quotas, roles, talks
from storage.inbox import InboxRow
from storage.outbox import Lane, OutboxRow
from storage.people import Conversation
from storage.talks import Talk
from storage.times import ms

DOUBLE_PRESS = timedelta(seconds=10)
MOST_TEXT = 200_000
"""Characters of one message, and of all that is told in one form: it is read and written with each message."""
TOO_LONG = _("That is too long: {most} characters at most. Please send the rest as a PDF.", most=MOST_TEXT)
UNKNOWN_SIZE = 1_000_000
# Words that do something in the middle of everything, beside the commands of the same meaning.
TYPED = {
    "back": ("back", "返回", "上一步", "后退"),
    "cancel": ("cancel", "取消"),
    "help": ("help", "帮助"),
    "done": ("done", "好了", "完成", "说完了"),
    "restart": ("restart", "start over", "重新开始", "重来"),
    "start": ("menu", "菜单"),
}
DANGER = _("If somebody is in danger, call now: 110 police, 119 fire, 120 ambulance. This is no emergency service.")
UNSUPPORTED = {"sticker": _("We can't read stickers. Please write it in words, or send a photo.")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What is done after the commit and may be lost: `note` answers a button press, `staff` offers staff their commands."""

    incoming: Incoming
    language: str
    note: str
    staff: bool


class Engine:
    """Turns messages into changes and answers. Holds no state of any person."""

    def __init__(self, subjects: Sequence[Subject[Context]], words: Words) -> None:
        self.words = words
        self.screens: dict[str, Screen[Context]] = {s.name: s for subject in subjects for s in subject.screens}
        self.acts: dict[str, Act[Context]] = {a.name: a for subject in subjects for a in subject.acts}
        self.forms: dict[str, Form[Context]] = {f.name: f for subject in subjects for f in subject.forms}
        self.commands = {word: run for subject in subjects for word, run in subject.commands.items()}
        self.opens = {word: (f.name, arg) for f in self.forms.values() for word, arg in f.commands.items()}
        self.shows = {word: s.name for s in self.screens.values() for word in s.commands}

    async def turn(self, ctx: Context, row: InboxRow, conversation: Conversation, *, followed: bool) -> Aftermath:
        """Act on one message and mark it done, all in the caller's transaction; `followed` if more of that person is there."""
        incoming = wire.from_json(ctx.keys.unseal(row.body or b""))
        acting = await _acting(ctx, conversation, incoming.network)
        language = acting.me.language
        note = await Turn(self, acting, incoming, row, followed=followed).run()
        await inbox.finish(ctx.tx, row.id, ctx.now)
        staff = incoming.text.startswith(("/desk", "/start ")) and bool(await roles.of_person(ctx.tx, conversation.person))
        return Aftermath(
            incoming=incoming, language=language, note=self.words.render(note, language) if note else "", staff=staff
        )

    async def let_go(self, ctx: Context, conversation: Conversation, file: str, *why: Text) -> bool:
        """Count a file that can't be had no more in what somebody is telling; True if they were told why with the question."""
        acting = await _acting(ctx, conversation, None)
        return await Talking(acting, self.forms, self.words, self.screens["case"], followed=False).let_go(file, *why)


async def _acting(ctx: Context, conversation: Conversation, network: str | None) -> Context:
    """Let whoever writes in a conversation act; their other devices wait."""
    language = await people.for_change(ctx.tx, conversation.person)
    held = tuple(await roles.of_person(ctx.tx, conversation.person))
    actor = Actor(person=conversation.person, language=language, roles=held, conversation=conversation, network=network)
    return replace(ctx, actor=actor)


class Turn:
    """The work of one turn."""

    def __init__(self, engine: Engine, ctx: Context, incoming: Incoming, row: InboxRow, *, followed: bool) -> None:
        self.engine = engine
        self.ctx = ctx
        self.incoming = incoming
        self.row = row
        self.talking = Talking(ctx, engine.forms, engine.words, engine.screens["case"], followed=followed)

    async def run(self) -> Text | None:
        """Find out what the message is, and do it. Returns a note for a button press."""
        conversation, incoming = self.ctx.me.conversation, self.incoming
        if incoming.unsupported == "blocked":
            await lose(self.ctx, conversation)
            return None
        if conversation.unreachable:
            await people.mark_reachable(self.ctx.tx, conversation.id)
        if incoming.unsupported == "unblocked":
            return None
        if not incoming.private:
            await self._decline_group()
            return None
        if await self._is_too_much():
            return None
        try:
            if incoming.press is not None:
                return await self._pressed(incoming.press)
            await self._said()
        except Refused as refused:
            await self._refuse(refused)
        return None

    # ---- what was said -------------------------------------------------------------------------------

    async def _said(self) -> None:
        incoming, text = self.incoming, self.incoming.text.strip()
        await self._forget_press()
        if not self.ctx.me.roles and in_danger(text):
            await self._say(say(DANGER))
        if incoming.unsupported:
            await self._again(
                UNSUPPORTED.get(incoming.unsupported, _("We can't read this kind of message. Please write it in words."))
            )
        elif incoming.edited:
            await self._edited(text)
        elif text.startswith("/"):
            await self._command(text)
        elif word := self._typed(text):
            await self._word(word)
        elif len(text) > MOST_TEXT:
            await self._again(TOO_LONG)
        elif not text and not incoming.files and not incoming.place:
            await self._again(_("That message was empty. Please write a few words."))
        else:
            await self._free()

    async def _free(self) -> None:
        item = await self._item()
        if not item["text"] and not item["files"] and "place" not in item:
            await self._again(_("Nothing of that could be taken. Please write a few words."))
            return
        card = await self._replied_to()
        if card and card.subject and card.card:
            async with self.ctx.tx.savepoint():
                reply = await stray.replied(self.ctx, card.subject, card.card, item)
            if reply:
                await self._answer(reply)
                if not reply.opens:
                    await self._show_open_question()
                return
        talk = await self.talking.current()
        if reply := await typed_at_windows.typed(self.ctx, item, self.engine.words.everywhere, asked=talk is not None):
            await self._answer(reply)
        elif talk and (case := await self._asked_meanwhile(talk)):
            await self.talking.open(Opening(form="meant", arg=case, items=(item,), complete=True))
        elif talk and talk.answers.length + len(item["text"]) > MOST_TEXT:
            await self._again(TOO_LONG)
        elif talk:
            await self.talking.answer(talk, item)
        elif stray.is_greeting(item):
            await self._say(await home.menu(self.ctx, ""))
        elif press := await stray.button_typed(self.ctx, item, self.engine.words.everywhere):
            await self._pressed(press)
        elif word := stray.wish(item):
            await self._do_command(word, "")
        elif await stray.is_thanks(self.ctx, item):
            await self._say(say(_("You are welcome. You hear of any news here.")))
        elif reply := await stray.looked_up(self.ctx, item):
            await self._answer(reply)
        else:
            await self.talking.open(await stray.opening(self.ctx, item))

    async def _asked_meanwhile(self, talk: Talk) -> str | None:
        """Give the case whose unit asked something after the form did: an answer may be meant for it."""
        if not talk.question:
            return None
        card = await chat_cards.newer_card(self.ctx.tx, self.ctx.me.conversation.id, Card.CITIZEN, talk.question)
        if card is None or card.subject is None or talk.arg == card.subject:
            return None
        return card.subject if await stray.is_asked(self.ctx, card.subject) else None

    async def _item(self) -> Json:
        """Write a message down as an item of a collection; its files are noted, to be fetched."""
        ids = []
        for file in self.incoming.files:
            if not file.kept:
                if await self._is_too_many_bytes(file):
                    continue
                conversation = self.ctx.me.conversation
                ids.append(
                    await files.expect(self.ctx.tx, self.ctx.keys, conversation.id, conversation.channel, file, self.ctx.now)
                )
            elif (kept := await files.owned(self.ctx.tx, self.ctx.me.conversation.id, file.ref)) and kept.refused is None:
                ids.append(file.ref)
        place = self.incoming.place
        return {
            "text": self.incoming.text.strip(),
            "files": ids,
            "message": self._message_name(),
            **({"place": asdict(place)} if place else {}),
        }

    def _message_name(self) -> str | None:
        message = self.incoming.message
        return self.ctx.keys.name("message", self.ctx.me.conversation.id, message) if message else None

    async def _replied_to(self) -> OutboxRow | None:
        if self.incoming.reply_to is None:
            return None
        # The fastest reply comes before we have noted which number its message got. Looked for first: it may be noted meanwhile.
        on_its_way = await outbox.on_its_way(self.ctx.tx, self.ctx.me.conversation.id, self.ctx.now)
        return await self._row_of(self.incoming.reply_to) or on_its_way

    async def _row_of(self, message: str) -> OutboxRow | None:
        """Find our message by the channel's name for it; a pulling client names it by our own id."""
        conversation = self.ctx.me.conversation.id
        row = await outbox.by_external_id(self.ctx.tx, conversation, message)
        if row is None:
            row = await outbox.get(self.ctx.tx, message)
        return row if row and row.conversation == conversation else None

    async def _edited(self, text: str) -> None:
        name = self._message_name()
        if name is None or not text:
            return
        if await self.talking.reword(name, text):
            return
        async with self.ctx.tx.savepoint():
            case = await following.correct(self.ctx, name, text)
        if case:
            kept = _("We have kept your correction with case {number}, beside the first wording.", number=case.number)
            await self._say(say(kept))
        else:
            await self._again(
                _("That message can't be corrected any more. Please use Back or Change, or write what is different.")
            )

    def _typed(self, text: str) -> str | None:
        if not text or len(text) > 20:
            return None
        typed = plain(text)
        return next((word for word, forms in TYPED.items() if typed in forms), None)

    async def _command(self, text: str) -> None:
        word, _space, arg = text[1:].partition(" ")
        word = word.partition("@")[0].lower()
        if word in ("back", "cancel", "done", "restart"):
            await self._word(word, typed=False)
        else:
            await self._do_command(word, arg.strip())

    async def _do_command(self, word: str, arg: str) -> None:
        if word in self.engine.commands:
            async with self.ctx.tx.savepoint():
                reply = await self.engine.commands[word](self.ctx, arg)
            await self._answer(reply)
            if word == "language":
                await self._show_open_question()
        elif word in self.engine.opens:
            form, preset = self.engine.opens[word]
            item = {**await self._item(), "text": arg}
            items = (item,) if arg or item["files"] else ()
            await self.talking.open(Opening(form=form, arg=preset, items=items))
        elif word in self.engine.shows:
            await self._say(await self.engine.screens[self.engine.shows[word]].view(self.ctx, arg))
            if word == "help":
                await self._show_open_question()
        else:
            await self._again(_("We don't know this command. /start shows everything there is."))

    async def _word(self, word: str, *, typed: bool = True) -> None:
        talk = await self.talking.current()
        if word in ("help", "start"):
            await self._do_command(word, "")
        elif talk is None:
            await self._say(await home.menu(self.ctx, ""))
        elif word == "back":
            await self.talking.back(talk)
        elif word == "cancel":
            await self.talking.cancel(talk)
        elif word == "restart":
            await self.talking.start_over(talk)
        elif not await self.talking.done(talk):
            await (self._free() if typed else self.talking.show(talk))

    # ---- what was pressed ----------------------------------------------------------------------------

    async def _pressed(self, press: str) -> Text | None:
        kind, _colon, rest = press.partition(":")
        parts = rest.split(":")
        if kind in ("a", "s"):
            await self._forget_press()
        if kind == "a" and len(parts) >= 3 and parts[1].isdecimal():
            talk = await talks.marked(self.ctx.tx, self.ctx.keys, self.ctx.me.person, parts[0])
            if talk is None or talk.form not in self.engine.forms:
                over: Text | None = FINISHED
            else:
                over = await self.talking.press(talk, int(parts[1]), ":".join(parts[2:]), press)
            if over:
                await self._again(over)
            return over
        if kind == "s" and parts[0] in self.engine.screens:
            await self._show(await self.engine.screens[parts[0]].view(self.ctx, ":".join(parts[1:])))
            return None
        if await self._is_double(press):
            return None
        if kind == "r":
            await self.talking.resume(rest)
        elif kind == "g":
            await self.talking.go_on(rest)
        elif kind == "x":
            await self.talking.drop(rest)
        elif kind == "f" and parts[0] in self.engine.forms:
            await self.talking.open(Opening(form=parts[0], arg=":".join(parts[1:])))
        elif kind == "d" and len(parts) == 3 and parts[0] in self.engine.acts and parts[2].isdecimal():
            async with self.ctx.tx.savepoint():
                reply = await self.engine.acts[parts[0]].do(self.ctx, parts[1], int(parts[2]))
            await self._answer(reply)
            if parts[0] == "language":
                await self._show_open_question()
            return reply.note
        else:
            await self._again(_("This button is out of date. Please open the menu: /start"))
        return None

    async def _is_double(self, press: str) -> bool:
        """Tell a second press of the same button from a new wish, and keep this one as the last."""
        last = self.ctx.me.conversation.last_press or ""
        at, _space, before = last.partition(" ")
        received = ms(self.row.received_at)
        this = f"{press} {self.incoming.pressed or ''}"
        await people.remember_press(self.ctx.tx, self.ctx.me.conversation.id, f"{received} {this}")
        return before == this and received - int(at) < DOUBLE_PRESS / timedelta(milliseconds=1)

    async def _forget_press(self) -> None:
        """Only a press that directly follows its like is a double: after anything else it is a new wish."""
        if self.ctx.me.conversation.last_press:
            await people.remember_press(self.ctx.tx, self.ctx.me.conversation.id, "")

    # ---- answers -------------------------------------------------------------------------------------

    async def _answer(self, reply: Reply) -> None:
        for message in reply.messages:
            await self._say(message)
        if reply.card:
            await self._show(reply.card, over_card=True)
        if reply.opens:
            await self.talking.open(reply.opens)

    async def _say(self, message: Outgoing) -> None:
        await queue(self.ctx, self.ctx.me.conversation, message, lane=Lane.ANSWER)

    async def _show(self, message: Outgoing, *, over_card: bool = False) -> None:
        """Put a screen in the place of the list whose button was pressed; cards and questions keep their own place."""
        row = await self._row_of(self.incoming.pressed) if self.incoming.pressed else None
        fits = row is not None and not message.files and (row.card is None or (over_card and row.subject == message.subject))
        if row is None or not fits or await self._is_question(row):
            await self._say(message)
            return
        before = row.outgoing(self.ctx.keys)
        if before.picture or message.picture:  # a picture can't be put in words' place, nor words in a picture's
            await self._say(message)
            return
        shown = replace(message, files=before.files)  # where an edit carries files, they must not vanish
        await queue(self.ctx, self.ctx.me.conversation, shown, lane=Lane.ANSWER, edits=row.id)
        if message.subject and message.subject != row.subject:
            await outbox.adopt(self.ctx.tx, row.id, message.subject, message.card)

    async def _is_question(self, row: OutboxRow) -> bool:
        talk = await self.talking.current()
        return talk is not None and talk.question == row.id

    async def _refuse(self, refused: Refused) -> None:
        card = await self._fresh_card()
        if card:
            await self._say(card)
        # Last, for above a card that fills the screen of a phone nobody would see it.
        await self._say(say(refused.reason, rows=() if card else ((screen_button(_("Menu"), "menu"),),)))
        await self._show_open_question()

    async def _fresh_card(self) -> Outgoing | None:
        """After an act that came too late, give the case as it stands now, if this person may see it."""
        kind, _colon, rest = (self.incoming.press or "").partition(":")
        subject = rest.split(":")[1] if kind in ("d", "f") and rest.count(":") else ""
        return await self.talking.fresh_card(subject)

    async def _again(self, why: Text) -> None:
        """Say what is wrong, and ask the open question again, or offer a way to go on."""
        talk = await self.talking.current()
        if talk:
            await self.talking.show(talk, why)
        else:
            rows = ((form_button(_("Complaint"), "file", "complaint"), screen_button(_("Menu"), "menu")),)
            await self._say(say(why, rows=rows))

    async def _show_open_question(self) -> None:
        talk = await self.talking.current()
        if talk:
            await self.talking.show(talk)

    # ---- limits --------------------------------------------------------------------------------------

    async def _decline_group(self) -> None:
        quota = self.ctx.keys.name("group", self.ctx.me.conversation.id)
        if await quotas.use(self.ctx.tx, quota, 1, 1, timedelta(hours=1), self.ctx.now) is None:
            await self._say(say(_("To protect you, we only talk in private. Please write to me directly.")))

    async def _is_too_much(self) -> bool:
        """Count the message; over the limit it is not acted on, and the person is told once until when to wait."""
        if self.incoming.channel == WEB:
            return False  # counted before it was kept: what was too much its page still has, and brings again
        quota = self.ctx.keys.name("messages", self.ctx.me.person)
        most = self.ctx.limits.messages_per_minute
        until = await quotas.use(self.ctx.tx, quota, 1, most, timedelta(minutes=1), self.ctx.now)
        if until is None:
            return False
        if await quotas.tell_once(self.ctx.tx, quota, self.ctx.now):
            await self._say(
                say(
                    _("Too many messages in one minute: more than {most}.", most=most),
                    _("Please wait until {until}, then send again what you wrote after this.", until=Moment(until)),
                )
            )
        return True

    async def _is_too_many_bytes(self, file: IncomingFile) -> bool:
        """Count a file that is to be fetched; over the day's allowance it is left, and the person is told once."""
        quota = self.ctx.keys.name("quota", "uploads", self.ctx.me.person)
        most, day = self.ctx.limits.upload_bytes, timedelta(days=1)
        until = await quotas.use(self.ctx.tx, quota, file.size or UNKNOWN_SIZE, most, day, self.ctx.now)
        if until and await quotas.tell_once(self.ctx.tx, quota, self.ctx.now):
            lines = (
                _("That is more photos and files than we can take from one person in a day. Your words are kept."),
                _("After {until} you can send more.", until=Moment(until)),
            )
            await self._say(say(*lines))
        return until is not None
