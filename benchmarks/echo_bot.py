"""The bare python-telegram-bot that `conversation.py` measures beside us: it says back what it hears and keeps nothing."""

from __future__ import annotations

import os

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say it back."""
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


bot = Application.builder().token(os.environ["HUIYIN_TELEGRAM_TOKEN"]).base_url(os.environ["HUIYIN_TELEGRAM_BASE_URL"])
app = bot.concurrent_updates(256).build()
app.add_handler(MessageHandler(filters.ALL, echo))
app.run_polling(allowed_updates=Update.ALL_TYPES)
