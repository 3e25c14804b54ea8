"""The methods of the Bot API over one bot's chats, files and updates."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botapi_calls import Call
from botapi_limits import NOTICE, ApiError, bad, check_caption, check_text, forbidden, formatted, inline_keyboard
from botapi_people import Chat, SentMessage
from botapi_updates import Webhook

if TYPE_CHECKING:
    from botapi import BotApi

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class Methods:
    """Every method that a bot may call, by its name in small letters."""

    def __init__(self, api: BotApi) -> None:
        self.api = api
        self._methods: dict[str, Callable[[Call], Any]] = {
            "getme": self._get_me,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": lambda call: self.api.updates.info(),
            "sendmessage": self._send_message,
            "sendphoto": lambda call: self._send_file(call, "photo"),
            "senddocument": lambda call: self._send_file(call, "document"),
            "sendvideo": lambda call: self._send_file(call, "video"),
            "sendvoice": lambda call: self._send_file(call, "voice"),
            "sendaudio": lambda call: self._send_file(call, "audio"),
            "sendmediagroup": self._send_media_group,
            "sendlocation": self._send_location,
            "sendchataction": self._send_chat_action,
            "editmessagetext": self._edit_text,
            "editmessagecaption": self._edit_caption,
            "editmessagereplymarkup": self._edit_markup,
            "deletemessage": self._delete_message,
            "answercallbackquery": self._answer_query,
            "setmycommands": self._set_commands,
            "getmycommands": lambda call: self.api.commands.get(_scope(call), []),
            "deletemycommands": self._delete_commands,
            "getfile": lambda call: self.api.files.download_path(call.text("file_id")),
        }

    async def do(self, call: Call) -> Any:
        """Do what a call asks for and return its result; raise ApiError."""
        name = call.method.lower()
        if (allowed := call.nested("allowed_updates")) is not None:
            self.api.updates.allowed = allowed
        if name == "getupdates":
            return await self.api.updates.fetch(
                offset=call.number("offset"), limit=call.number("limit", 100), timeout=call.number("timeout")
            )
        if name not in self._methods:
            raise ApiError(404, "Not Found: method not found")
        return self._methods[name](call)

    def _get_me(self, call: Call) -> dict[str, Any]:
        can = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
        return self.api.bot | can | {"can_connect_to_business": False, "has_main_web_app": False}

    def _set_webhook(self, call: Call) -> bool:
        secret = call.text("secret_token") or None
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad("secret token contains unallowed characters")
        webhook = Webhook(url=call.text("url"), secret=secret, connections=call.number("max_connections", 40))
        self.api.updates.point_at(webhook if webhook.url else None, drop_pending=call.flag("drop_pending_updates"))
        return True

    def _delete_webhook(self, call: Call) -> bool:
        self.api.updates.point_at(None, drop_pending=call.flag("drop_pending_updates"))
        return True

    def _send_message(self, call: Call) -> dict[str, Any]:
        return self._send(call, _text(call, "text", check_text)).wire

    def _send_file(self, call: Call, kind: str) -> dict[str, Any]:
        content, media = self._file(call, kind, call.text(kind))
        return self._send(call, content | _text(call, "caption", check_caption), media=media).wire

    def _send_media_group(self, call: Call) -> list[dict[str, Any]]:
        items = call.nested("media") or []
        if not 2 <= len(items) <= 10:
            raise bad("group send requires from 2 to 10 media")
        kinds = {item["type"] for item in items}
        if len(kinds) > 1 and kinds & {"document", "audio"}:
            raise bad("document and audio can't be mixed with other media types")
        contents = []
        for item in items:
            content, media = self._file(call, item["type"], item["media"])
            own = Call(method=call.method, params=item, uploads={}, at=call.at)
            contents.append((content | _text(own, "caption", check_caption), media))
        album = {"media_group_id": str(self.api.number())}
        return [self._send(call, content | album, media=media).wire for content, media in contents]

    def _send_location(self, call: Call) -> dict[str, Any]:
        try:
            location = {key: float(call.text(key)) for key in ("latitude", "longitude")}
        except ValueError:
            raise bad("invalid location specified") from None
        if abs(location["latitude"]) > 90 or abs(location["longitude"]) > 180:
            raise bad("invalid location specified")
        return self._send(call, {"location": location}).wire

    def _send_chat_action(self, call: Call) -> bool:
        self.api.actions.append((self._writable(call).id, call.text("action")))
        return True

    def _edit_text(self, call: Call) -> dict[str, Any]:
        message = self._editable(call)
        if message.kind != "text":
            raise bad("there is no text in the message to edit")
        return self._edit(call, message, _text(call, "text", check_text))

    def _edit_caption(self, call: Call) -> dict[str, Any]:
        message = self._editable(call)
        if message.kind in ("text", "location"):
            raise bad("there is no caption in the message to edit")
        return self._edit(call, message, _text(call, "caption", check_caption))

    def _edit_markup(self, call: Call) -> dict[str, Any]:
        message = self._editable(call)
        same = ("text", "entities", "caption", "caption_entities")
        return self._edit(call, message, {key: message.wire[key] for key in same if key in message.wire})

    def _delete_message(self, call: Call) -> bool:
        message = self._chat(call).message(call.number("message_id"))
        if message is None:
            raise bad("message to delete not found")
        message.deleted = True
        return True

    def _answer_query(self, call: Call) -> bool:
        press = self.api.presses.get(call.text("callback_query_id"))
        if press is None or time.monotonic() - press.at > self.api.query_lifetime:
            raise bad(TOO_OLD)
        if len(call.text("text")) > NOTICE:
            raise bad("MESSAGE_TOO_LONG")
        press.notice = call.text("text")
        press.alert = call.flag("show_alert")
        return True

    def _set_commands(self, call: Call) -> bool:
        commands = call.nested("commands") or []
        if len(commands) > 100:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        scope = call.nested("scope") or {}
        if "chat_id" in scope:
            self._find_chat(str(scope["chat_id"]))
        self.api.commands[_scope(call)] = commands
        return True

    def _delete_commands(self, call: Call) -> bool:
        self.api.commands.pop(_scope(call), None)
        return True

    def _chat(self, call: Call) -> Chat:
        if not call.text("chat_id"):
            raise bad("chat_id is empty")
        return self._find_chat(call.text("chat_id"))

    def _find_chat(self, name: str) -> Chat:
        for chat in self.api.chats.values():
            # People can't be written to by name, only channels and groups.
            if name == str(chat.id) or (not chat.private and name == f"@{chat.wire.get('username')}"):
                return chat
        raise bad("chat not found")

    def _writable(self, call: Call) -> Chat:
        chat = self._chat(call)
        if chat.migrated_to is not None:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, description, migrate_to_chat_id=chat.migrated_to)
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        if chat.blocked:
            kicked = f"bot was kicked from the {chat.wire['type']} chat"
            raise forbidden("bot was blocked by the user" if chat.private else kicked)
        return chat

    def _editable(self, call: Call) -> SentMessage:
        message = self._writable(call).message(call.number("message_id"))
        if message is None:
            raise bad("message to edit not found")
        if not message.by_bot:
            raise bad("message can't be edited")
        return message

    def _file(self, call: Call, kind: str, where: str) -> tuple[dict[str, Any], bytes]:
        """Return the content of a message with a file, uploaded under this field or name, or known by its id."""
        upload = call.uploads.get(where.removeprefix("attach://") or kind)
        if upload is not None:
            file = self.api.files.keep(kind, upload.data, name=upload.name)
        elif not where or where.startswith("attach://"):
            raise bad(f"there is no {kind} in the request")
        else:
            file = self.api.files.find(where, kind)
        return {kind: file.wire}, file.content

    def _send(self, call: Call, content: dict[str, Any], *, media: bytes | None = None) -> SentMessage:
        chat = self._writable(call)
        wire = self.api.envelope(chat) | content
        wire |= {"sender_chat": chat.wire} if chat.wire["type"] == "channel" else {"from": self.api.bot}
        reply = call.nested("reply_parameters") or {"message_id": call.number("reply_to_message_id")}
        if reply["message_id"]:
            replied = chat.message(int(reply["message_id"]))
            if replied is not None:
                wire["reply_to_message"] = {key: replied.wire[key] for key in replied.wire.keys() - {"reply_to_message"}}
            elif not (reply.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply")):
                raise bad("message to be replied not found")
        message = SentMessage(wire=wire, by_bot=True, media=media)
        _set_markup(message, call)
        chat.messages.append(message)
        self.api.sent[chat.id].append(message)
        chat.show(message)
        return message

    def _edit(self, call: Call, message: SentMessage, content: dict[str, Any]) -> dict[str, Any]:
        rows = inline_keyboard(call.nested("reply_markup") or {})
        fields = ("text", "entities", "caption", "caption_entities")
        before = {key: message.wire[key] for key in fields if key in message.wire}
        if content == before and rows == message.wire.get("reply_markup", {}).get("inline_keyboard", []):
            raise bad(NOT_MODIFIED)
        for key in before:
            del message.wire[key]
        message.wire |= content | {"edit_date": int(time.time())}
        message.edits += 1
        _set_markup(message, call)
        self.api.chats[message.wire["chat"]["id"]].show(message)
        return message.wire


def _set_markup(message: SentMessage, call: Call) -> None:
    message.markup = call.nested("reply_markup")
    message.wire.pop("reply_markup", None)
    if rows := inline_keyboard(message.markup or {}):
        message.wire["reply_markup"] = {"inline_keyboard": rows}
        message.keyboards.append([button for row in rows for button in row])


def _text(call: Call, name: str, check: Callable[[str], None]) -> dict[str, Any]:
    """Return the text or caption of a call with its entities, as fields of a message."""
    entities = "entities" if name == "text" else "caption_entities"
    text, found = formatted(call.text(name), call.text("parse_mode") or None, call.nested(entities) or [])
    check(text)
    return ({name: text} if text else {}) | ({entities: found} if found else {})


def _scope(call: Call) -> tuple[str, str]:
    scope = call.nested("scope") or {"type": "default"}
    name = ":".join(str(scope[key]) for key in ("type", "chat_id", "user_id") if key in scope)
    return name, call.text("language_code")
