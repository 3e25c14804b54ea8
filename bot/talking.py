"""The open form of a person: showing its question, taking the answer, back, change, cancel, suspending and going on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from actions.context import Context
from actions.notices import queue
from bot.asking import OFFER_CHANGES, TAKE_BACK, counted, in_words, question_message, told_so_far
from dialog.outgoing import Button, Outgoing, bears_secrets, say
from dialog.play import Answers, Asking, Done, play
from dialog.questions import CANCEL, CHANGE, Invalid, Kind, Option, Question, load_item, pressed, read
from dialog.subjects import Form, Opening, Refused, Screen, screen_button
from dialog.texts import Json, Text, Words, _
from storage import outbox, people, talks
from storage.outbox import Lane, OutboxRow
from storage.talks import LIFE, Talk

COLLECT_PAUSE = timedelta(seconds=2)
PIECE = 1000
"""Characters from which on a text may be a piece of a longer one, which the person's client has split."""
ADDED = _("We have added this to what you told us. Here is the question again:")
FINISHED = _("This form is finished. To begin a new one, open the menu: /start")


class Talking:
    """What a turn does with forms; `followed` if the next message of the same person is there already."""

    def __init__(
        self, ctx: Context, forms: Mapping[str, Form[Context]], words: Words, card: Screen[Context], *, followed: bool
    ) -> None:
        self._ctx = ctx
        self._forms = forms
        self._words = words
        self._card = card
        self._followed = followed
        self._allowed: set[str] = set()

    async def current(self) -> Talk | None:
        """Give the form that the person is in."""
        talk = await talks.newest(self._ctx.tx, self._ctx.keys, self._ctx.me.person, self._ctx.now)
        return talk if talk and talk.form in self._forms else None

    async def open(self, opening: Opening) -> None:
        """Open a form; the one that is open waits until this one has ended. Raises Refused."""
        form = self._forms[opening.form]
        if form.may:
            await form.may(self._ctx, opening.arg)
        before = await self.current()
        if before and (before.form, before.arg) == (opening.form, opening.arg):
            if form.gathers and opening.items and opening.complete:
                for item in opening.items:
                    await self.answer(before, item)
                return
            if not before.answers.given and not opening.items:
                await self.show(before)
                return
        answers = await self._take_over(form, opening.arg)
        if before := await self.current():
            before.suspended_at = self._ctx.now
            await self._write(before)
        talk = talks.new(self._ctx.me.person, opening.form, opening.arg, answers, self._ctx.now)
        step = await self._play(talk)
        if isinstance(step, Asking) and opening.items:
            question = next((q for q in step.changeable if q.key == opening.at), step.question)
            for item in opening.items:
                talk.answers.append(question, item)
            if opening.complete:
                talk.answers.close(question)
        await self.show(talk, later=not opening.complete and self._may_go_on(opening.items))

    async def show(self, talk: Talk, *above: Text, later: bool = False) -> None:
        """Ask the question that is open now, or finish the form. `later` gives more messages time to arrive."""
        if not await self._still_may(talk):
            return
        step = await self._play(talk)
        if isinstance(step, Done):
            await self._finish(talk, step.result)
            return
        question = self._question(talk, step)
        asking = question.key + question.seen
        if talk.asking != asking:
            talk.version += 1
            talk.asking = asking
        message = await self._message(talk, step, question, *above)
        due = self._ctx.now + COLLECT_PAUSE if later else self._ctx.now
        if talk.question and await outbox.drop_unsent(self._ctx.tx, talk.question, self._ctx.now):
            talk.question = None
        if talk.question:
            await self._tidy(talk.question)
        talk.question = await queue(self._ctx, self._ctx.me.conversation, message, lane=Lane.ANSWER, due=due)
        await self._write(talk)

    async def answer(self, talk: Talk, item: Json) -> None:
        """Take what somebody sent as the answer to the open question."""
        if not await self._still_may(talk):
            return
        step = await self._play(talk)
        if isinstance(step, Done):
            await self._finish(talk, step.result)
            return
        question = self._question(talk, step)
        if question.kind is Kind.COLLECT:
            await self._collect(talk, question, item)
            return
        try:
            raw = read(question, load_item(item), self._words.everywhere)
        except Invalid as invalid:
            if question.own_words and item["text"]:
                await self._take_own_words(talk, question, *question.own_words, item)
            elif self._is_to_be_asked_about(talk, step, question, item):
                talk.answers.aside.append(item)
                await self.show(talk, _("That is none of these answers. Please press a button, or add it to what you told us."))
            elif question.kind is not Kind.TEXT and self._overflow(talk, step, item):
                await self.show(talk, await self._added(talk, step), later=True)
            else:
                await self.show(talk, invalid.why)
            return
        if item["files"]:
            self._overflow(talk, step, {**item, "text": "", "place": None})
        await self._take(talk, step, question, raw)

    async def _take_own_words(self, talk: Talk, question: Question, option: str, words: str, item: Json) -> None:
        """Take what was typed in place of a button as the answer to the question that this option leads to."""
        talk.answers.give(question, option)
        talk.reopened = words if words in talk.answers.given else None
        await self.answer(talk, item)

    def _is_to_be_asked_about(self, talk: Talk, step: Asking, question: Question, item: Json) -> bool:
        """Tell whether a sentence may have been meant as the answer, so that only the person knows if it is more to be told."""
        if self._forms[talk.form].gathers or question.kind is not Kind.CHOOSE or step.overflow is None:
            return False
        return bool(item["text"]) and not item["files"] and "place" not in item

    @staticmethod
    def _overflow(talk: Talk, step: Asking, item: Json) -> bool:
        """Add what answers nothing to the collection that came before; False if the form has none."""
        if step.overflow is None:
            return False
        talk.answers.append(step.overflow, item)
        return True

    async def press(self, talk: Talk, version: int, key: str, press: str) -> Text | None:
        """Take a pressed answer button; return what to say to the press."""
        if talk.closed_at:
            return None if talk.last_press == press else FINISHED
        if talk.expires_at <= self._ctx.now:
            await self._take_up(talk)
            return None
        if talk.suspended_at:
            await self._bring_forward(talk)
        if not await self._still_may(talk):
            return None
        if version != talk.version:
            if talk.last_press == press:
                return None
            await self.show(talk, _("That button is from an earlier question. Here is the present one:"))
            return None
        talk.last_press = press
        step = await self._play(talk)
        if isinstance(step, Done):
            await self._finish(talk, step.result)
            return None
        question = self._question(talk, step)
        match key:
            case "<":
                await self.back(talk)
            case "=":
                await self._keep(talk, question)
            case "+" if talk.answers.aside:
                for item in talk.answers.aside:
                    self._overflow(talk, step, item)
                talk.answers.aside = []
                await self.show(talk, await self._added(talk, step))
            case "!" if question.kind is Kind.COLLECT:
                await self.done(talk)
            case "0" if question.kind is Kind.COLLECT:
                while talk.answers.drop_last(question):
                    pass
                await self.show(talk)
            case "cancel":
                await self.cancel(talk)
            case _ if question.kind is Kind.COLLECT:
                await self._pick(talk, question, key)
            case _:
                try:
                    await self._take(talk, step, question, pressed(question, key))
                except Invalid as invalid:
                    await self.show(talk, invalid.why)
        return None

    async def back(self, talk: Talk) -> None:
        """Go one step back: take back the last message of a collection, or ask the question before again."""
        if not await self._still_may(talk):
            return
        step = await self._play(talk)
        if isinstance(step, Done):
            await self._finish(talk, step.result)
            return
        question = self._question(talk, step)
        if question.kind is Kind.COLLECT and talk.answers.drop_last(question):
            await self.show(talk, _("Your last message has been taken out."))
            return
        if talk.reopened == OFFER_CHANGES or (talk.reopened and talk.reopened not in talk.answers.given):
            talk.reopened = None  # from what is asked on request only, back to where it was picked
        elif step.asked:
            self._reopen(talk, step.asked[-1])
        else:
            await self.show(talk, _("This is the first question. To stop, press Cancel."))
            return
        await self.show(talk)

    async def done(self, talk: Talk) -> bool:
        """End the open collection, or ask again what is open; False if the word may be an answer in itself."""
        if not await self._still_may(talk):
            return True
        step = await self._play(talk)
        if isinstance(step, Done) or self._question(talk, step).kind is not Kind.COLLECT:
            if not isinstance(step, Done) and step.question.kind is Kind.TEXT:
                return False
            await self.show(talk)
            return True
        if not (told := told_so_far(talk, step.question)).items:
            await self.show(talk, _("There is nothing yet. Please write a few words, or send a photo."))
            return True
        talk.reopened = None
        talk.answers.close(step.question)
        await self._say_chosen(talk, step.question, counted(step.question, told))
        await self.show(talk)
        return True

    async def cancel(self, talk: Talk, *, may_go_on: bool = True) -> None:
        """End a form without sending anything; for a day it can be taken up again, unless nothing was what was wanted."""
        talk.closed_at = talk.cancelled_at = self._ctx.now
        await self._leave_question(talk)
        await self._write(talk)
        again = (Button(_("Take it up again"), f"r:{talk.mark}"),) if may_go_on and talk.answers.given else ()
        cancelled = self._forms[talk.form].cancelled or _("Cancelled. Nothing has been sent.")
        if self._forms[talk.form].named:
            cancelled = _("Cancelled: {title}. Nothing of it has been sent.", title=await self._title(talk))
        await self._say(say(cancelled, rows=((*again, screen_button(_("Menu"), "menu")),)))
        await self._go_on()

    async def start_over(self, talk: Talk) -> None:
        """Forget the answers of a form and ask from its first question."""
        talk.answers = Answers()
        talk.reopened = talk.asking = None
        await self.show(talk, _("We begin again."))

    async def resume(self, mark: str) -> None:
        """Take a cancelled form up again."""
        talk = await talks.marked(self._ctx.tx, self._ctx.keys, self._ctx.me.person, mark)
        if talk is None or talk.form not in self._forms or not talk.cancelled_at or talk.expires_at <= self._ctx.now:
            raise Refused(_("This form can't be taken up again. To begin a new one, open the menu: /start"))
        await self._take_up(talk)

    async def _take_up(self, talk: Talk) -> None:
        """Go on with a form that was cancelled, or left alone for too long: what was told is still there."""
        await self._bring_forward(talk)
        talk.closed_at = talk.cancelled_at = None
        if not await self._still_may(talk):
            return
        talk.answers.unconfirm()
        if isinstance(await self._play(talk), Done):
            talk.reopened = talk.answers.open_last()
        await self.show(talk)

    async def let_go(self, file: str, *why: Text) -> bool:
        """Take a file that can't be had out of the forms it was told in, and say why where one asks; False if none does."""
        asked = await self.current()
        for talk in await talks.of_person(self._ctx.tx, self._ctx.keys, self._ctx.me.person, self._ctx.now):
            if talk.form in self._forms and talk.answers.let_go(file):
                if asked and talk.id == asked.id:
                    await self.show(talk, *why)
                    return True
                await self._write(talk)
        return False

    async def go_on(self, mark: str) -> None:
        """Go on with a form that waits."""
        talk = await self._waiting(mark)
        await self._bring_forward(talk)
        await self.show(talk)

    async def drop(self, mark: str) -> None:
        """Cancel a form that waits."""
        await self.cancel(await self._waiting(mark))

    async def reword(self, message: str, text: str) -> bool:
        """Put a new wording into a form that has the old one; False if none has."""
        talk = await self.current()
        if talk is None:
            return False
        for answer in talk.answers.given.values():
            for item in answer.raw["items"] if isinstance(answer.raw, dict) and "items" in answer.raw else ():
                if item.get("message") == message:
                    item["text"] = text
                    talk.answers.unconfirm()
                    await self.show(talk, _("Your correction has been noted."))
                    return True
        return False

    async def _take_over(self, form: Form[Context], arg: str) -> Answers:
        """Close what waits of a form about the same, and give what was answered there last."""
        if form.about is None:
            return Answers()
        found = await talks.waiting(self._ctx.tx, self._ctx.keys, self._ctx.me.person, form.name, self._ctx.now)
        same = [talk for talk in found if form.about(talk.arg) == form.about(arg)]
        for talk in same:
            talk.closed_at = self._ctx.now
            await self._leave_question(talk)
            await self._write(talk)
        return same[0].answers.taken_over(form.anew) if same else Answers()

    async def _waiting(self, mark: str) -> Talk:
        talk = await talks.marked(self._ctx.tx, self._ctx.keys, self._ctx.me.person, mark)
        if talk is None or talk.form not in self._forms or talk.closed_at or talk.expires_at <= self._ctx.now:
            raise Refused(FINISHED)
        return talk

    async def _added(self, talk: Talk, step: Asking) -> Text:
        if self._forms[talk.form].gathers and step.overflow:
            told = told_so_far(talk, step.overflow)
            return _("That is noted too: {what} so far. All of it goes where you choose.", what=counted(step.overflow, told))
        if self._forms[talk.form].named is None:
            return ADDED
        return _("We have added this to: {title}. Here is the question again:", title=await self._title(talk))

    async def _title(self, talk: Talk) -> Text:
        form = self._forms[talk.form]
        return await form.named(self._ctx, talk.arg) if form.named else form.title

    async def _heading(self, talk: Talk) -> tuple[Text, ...]:
        heading = self._forms[talk.form].heading
        line = await heading(self._ctx, talk.arg) if heading else None
        return (line,) if line else ()

    # ---- steps -----------------------------------------------------------------------------------------

    async def _play(self, talk: Talk) -> Asking | Done[Any]:
        reopened = None if talk.reopened == OFFER_CHANGES else talk.reopened
        return await play(self._forms[talk.form].script, talk.arg, talk.answers, self._ctx, reopened)

    def _question(self, talk: Talk, step: Asking) -> Question:
        if talk.reopened != OFFER_CHANGES or step.question.kind is not Kind.CONFIRM:
            return step.question
        return Question(
            key=OFFER_CHANGES,
            kind=Kind.CHOOSE,
            prompt=_("What would you like to change or add?"),
            label=_("Change"),
            options=tuple(Option(question.key, question.label) for question in step.changeable),
        )

    async def _take(self, talk: Talk, step: Asking, question: Question, raw: Json) -> None:
        if question.key == OFFER_CHANGES:
            self._reopen(talk, next(q for q in step.changeable if q.key == raw))
        elif question.kind is Kind.CONFIRM and raw == CHANGE:
            talk.reopened = OFFER_CHANGES
        elif question.kind is Kind.CONFIRM and raw == CANCEL:
            await self.cancel(talk)
            return
        else:
            talk.reopened = None
            talk.answers.give(question, raw)
            await self._say_chosen(talk, question, in_words(question, raw))
        await self.show(talk)

    def _reopen(self, talk: Talk, question: Question) -> None:
        talk.reopened = question.key
        if question.kind is Kind.COLLECT:
            talk.answers.reopen(question)

    async def _keep(self, talk: Talk, question: Question) -> None:
        talk.reopened = None
        if question.kind is Kind.COLLECT:
            talk.answers.close(question)
        await self.show(talk)

    def _may_go_on(self, items: Sequence[Json]) -> bool:
        """Tell whether more is likely to follow within seconds: albums have no end mark, clients split long texts."""
        of_several = any(item["files"] or len(item["text"]) >= PIECE for item in items)
        return bool(items) and (self._followed or of_several or len(items) > 1)

    async def _pick(self, talk: Talk, question: Question, key: str) -> None:
        """Put one of its options into a collection, or take it back, and show that where the question stands."""
        picked = told_so_far(talk, question).picked
        if key.removeprefix(TAKE_BACK) in picked and key.startswith(TAKE_BACK):
            talk.answers.take_back(question, key.removeprefix(TAKE_BACK))
        elif key not in picked and any(option.key == key for option in question.options):
            talk.answers.append(question, {"picked": key, "text": "", "files": []})
        else:
            return
        step = await self._play(talk)
        row = await outbox.get(self._ctx.tx, talk.question) if talk.question else None
        if row is None or not isinstance(step, Asking):
            await self.show(talk)
            return
        await self._edit(row, await self._message(talk, step, question))
        await self._write(talk)

    async def _collect(self, talk: Talk, question: Question, item: Json) -> None:
        count = talk.answers.append(question, item)
        step = await self._play(talk)
        if isinstance(step, Asking) and talk.question:
            message = await self._message(talk, step, question)
            due = self._ctx.now + COLLECT_PAUSE
            if await outbox.replace_unsent(self._ctx.tx, self._ctx.keys, talk.question, message, self._ctx.now, due):
                self._ctx.rings.add((self._ctx.me.conversation.id, due))
                await self._write(talk)
                return
        await self.show(talk, later=count > 1 or self._may_go_on([item]))

    async def _finish(self, talk: Talk, result: Any) -> None:
        if result is None:
            await self.cancel(talk, may_go_on=False)
            return
        form = self._forms[talk.form]
        talk.closed_at = self._ctx.now
        try:
            async with self._ctx.tx.savepoint():
                reply = await form.then(self._ctx, result)
        except Refused as refused:
            await self._undo(talk, refused)
            return
        await self._leave_question(talk)
        await self._write(talk)
        for message in (*reply.messages, *((reply.card,) if reply.card else ())):
            await self._say(message)
        if reply.opens is None:
            shown_once = any(map(bears_secrets, reply.messages))
            await (self._offer_to_go_on() if shown_once and reply.hands_back is None else self._go_on(reply.hands_back))
            return
        try:
            await self.open(reply.opens)
        except Refused as refused:
            await self._undo(talk, refused)

    async def _undo(self, talk: Talk, refused: Refused) -> None:
        """Say why a form could not be carried out; what was written stays and can be taken up again.

        Where the form might not even be opened any more, because a case has gone on, that case is shown instead.
        """
        if not await self._may_open(talk):
            await self._leave_question(talk)
            await self._write(talk)
            if card := await self.fresh_card(talk.arg.partition(":")[0]):
                await self._say(card)
            await self._say(say(refused.reason, rows=() if card else ((screen_button(_("Menu"), "menu"),),)))
        else:
            talk.cancelled_at = self._ctx.now
            await self._leave_question(talk)
            await self._write(talk)
            again = Button(_("Try again with my words"), f"r:{talk.mark}")
            await self._say(say(refused.reason, rows=((again, screen_button(_("Menu"), "menu")),)))
        await self._go_on()

    async def _still_may(self, talk: Talk) -> bool:
        """Look, once in a turn, whether the form might still be opened; if not it ends: a role or a case may have gone since."""
        form = self._forms[talk.form]
        if form.may and talk.id not in self._allowed:
            try:
                await form.may(self._ctx, talk.arg)
            except Refused as refused:
                talk.closed_at = self._ctx.now
                await self._undo(talk, refused)
                return False
        self._allowed.add(talk.id)
        return True

    async def _may_open(self, talk: Talk) -> bool:
        form = self._forms[talk.form]
        try:
            await form.may(self._ctx, talk.arg) if form.may else None
        except Refused:
            return False
        return True

    async def fresh_card(self, case: str) -> Outgoing | None:
        """Give a case as it stands now; None if this is none, or none that this person may see."""
        if len(case) != 32:
            return None
        try:
            return await self._card.view(self._ctx, case)
        except Refused:
            return None

    async def _go_on(self, item: Json = None) -> None:
        talk = await talks.last_suspended(self._ctx.tx, self._ctx.keys, self._ctx.me.person, self._ctx.now)
        if talk is None or talk.form not in self._forms:
            return
        talk.suspended_at = None
        if item is not None:
            await self.answer(talk, item)
        else:
            await self.show(talk, _("Now back to: {title}", title=await self._title(talk)))

    async def _offer_to_go_on(self) -> None:
        """Say in one line what still waits: a whole question would push out of sight what is shown only once."""
        talk = await talks.last_suspended(self._ctx.tx, self._ctx.keys, self._ctx.me.person, self._ctx.now)
        if talk is None or talk.form not in self._forms:
            return
        buttons = (Button(_("Go on with it"), f"g:{talk.mark}"), Button(_("Drop this form"), f"x:{talk.mark}"))
        waits = _("This still waits for you: {title}", title=await self._title(talk))
        await self._say(say(waits, *await self._heading(talk), rows=(buttons,)))

    async def _bring_forward(self, talk: Talk) -> None:
        before = await self.current()
        if before:
            before.suspended_at = self._ctx.now
            await self._write(before)
        talk.suspended_at = None

    async def _write(self, talk: Talk) -> None:
        talk.expires_at = self._ctx.now + LIFE
        await talks.write(self._ctx.tx, self._ctx.keys, talk, self._ctx.now)

    async def _message(self, talk: Talk, step: Asking, question: Question, *above: Text) -> Outgoing:
        return question_message(talk, step, question, (*above, *await self._heading(talk)))

    # ---- messages --------------------------------------------------------------------------------------

    async def _say(self, message: Outgoing) -> None:
        await queue(self._ctx, self._ctx.me.conversation, message, lane=Lane.ANSWER)

    async def _say_chosen(self, talk: Talk, question: Question, chosen: Text) -> None:
        """Put the answer into the message that asked, in place of its buttons."""
        row = await outbox.get(self._ctx.tx, talk.question) if talk.question else None
        if row is None or (row.due_at > self._ctx.now and await outbox.drop_unsent(self._ctx.tx, row.id, self._ctx.now)):
            talk.question = None
            return
        answered = say(*question.lines, _("{question} ✓ {answer}", question=question.prompt, answer=chosen))
        await self._edit(row, answered)
        talk.question = None

    async def _leave_question(self, talk: Talk) -> None:
        if talk.question and not await outbox.drop_unsent(self._ctx.tx, talk.question, self._ctx.now):
            await self._tidy(talk.question)
        talk.question = None

    async def _tidy(self, id: str) -> None:
        """Take the buttons off a question that is no longer the open one."""
        row = await outbox.get(self._ctx.tx, id)
        if row:
            await self._edit(row, say(*row.outgoing(self._ctx.keys).lines))

    async def _edit(self, row: OutboxRow, message: Outgoing) -> None:
        """Change a message where it stands, which may be another device of the same person."""
        here = self._ctx.me.conversation
        conversation = here if row.conversation == here.id else await people.conversation(self._ctx.tx, row.conversation)
        if conversation:
            await queue(self._ctx, conversation, message, lane=Lane.ANSWER, edits=row.id)
