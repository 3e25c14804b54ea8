"""The bare python-telegram-bot that `conversation.py` measures beside us: it answers whatever comes and keeps nothing."""

from __future__ import annotations

import os

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton(str(n), callback_data=str(n))] for n in range(3)])


async def say_back(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say a message back, above three buttons."""
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text, reply_markup=BUTTONS)


async def take(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a press, and say the next thing."""
    if update.callback_query and update.effective_chat:
        await update.callback_query.answer()
        await context.bot.send_message(update.effective_chat.id, "pressed", reply_markup=BUTTONS)


bot = Application.builder().token(os.environ["HUIYIN_TELEGRAM_TOKEN"]).base_url(os.environ["HUIYIN_TELEGRAM_BASE_URL"])
app = bot.build()
app.add_handler(MessageHandler(filters.ALL, say_back))
app.add_handler(CallbackQueryHandler(take))
app.run_polling(allowed_updates=Update.ALL_TYPES)
