"""What the web chat's pages say by themselves; everything else on them comes from the conversation.

`PAGE` goes to the template and, as it is, to the script, which fills the braces that are left in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from dialog.texts import Name, Text, _


def title(city: Name) -> Text:
    """Name the page."""
    return _("Huiyin · {city}", city=city)


PAGE: Mapping[str, Text] = {
    "motto": _("Every matter answered"),
    "about": _(
        "Here you can complain, ask, suggest or report something to the city, or rate the service window that served you."
        " It takes about two minutes."
    ),
    "no_account": _("We can't ring you here: keep the number and the code."),
    "board": _("Public board"),
    "greeting": _("Good day. Tell us what has happened, and the office responsible will answer you here."),
    "forget": _("Forget this device"),
    "start": _("Start"),
    "no_script": _("This page needs JavaScript. Please switch it on, or use another browser."),
    "menu": _("Menu"),
    "conversation": _("Conversation"),
    "composer": _("Your message"),
    "looking_up": _("Your case number stands in the box. Please press Send; then you are asked for the code."),
    "placeholder": _("Write a message"),
    "send": _("Send"),
    "attach": _("Attach photos or files"),
    "place": _("Send my position"),
    "my_place": _("My position: {lat}, {lon}"),
    "locating": _("Looking for your position …"),
    "place_refused": _("The browser may not tell us your position. Please pick the place from the list or describe it in words."),
    "place_unavailable": _("Your position can't be found now. Please pick the place from the list or describe it in words."),
    "reply": _("Reply"),
    "replying": _("Your reply to:"),
    "no_reply": _("Don't reply to this"),
    "more": _("Show all"),
    "less": _("Show less"),
    "you": _("You"),
    "office": _("Huiyin"),
    "waiting": _("Waiting to be sent"),
    "kept": _("Received"),
    "failed": _("Not sent"),
    "busy": _("Writing …"),
    "offline": _("There is no connection now. What you write is kept on this device and sent by itself later."),
    "later": _("You have sent a lot in a short time. Your message is kept here and will be sent by itself in {seconds} s."),
    "later_at": _("You have sent a lot in a short time. Your message is kept here and will be sent by itself at {time}."),
    "not_taken": _("This message could not be taken."),
    "remove": _("Remove"),
    "cancel": _("Cancel"),
    "retry": _("Try again"),
    "uploading": _("{name}: {percent}% sent"),
    "uploaded": _("{name}: ready"),
    "upload_failed": _("{name} was not sent. Please try again."),
    "upload_later": _("{name} is kept here and will be sent by itself at {time}: you have sent a lot of files today."),
    "upload_large": _("{name} is larger than {size} MB. Please send a smaller file or a shorter video."),
    "upload_unknown": _("{name} can't be taken. Please send photos (JPEG, PNG), videos (MP4), sound (MP3, M4A) or PDF files."),
    "upload_broken": _("{name} is empty or damaged and can't be taken. Please choose another file."),
    "upload_lost": _("The page was reloaded before these files were sent: {names}. Please attach them again."),
    "too_long": _("This message has {count} characters; at most {limit} can be sent at once. Please send it in parts."),
    "too_many_files": _("At most {limit} files can be sent with one message. The others were left out."),
    "photo": _("Photo"),
    "video": _("Video"),
    "audio": _("Sound"),
    "document": _("Document"),
    "on_its_way": _("The file is on its way."),
    "not_taken_file": _("This file could not be taken."),
    "not_there": _("The file is no longer here."),
    "new": _("{count} new"),
}

SIGN_IN_TITLE = _("Staff sign-in")
SIGN_IN_ASK = _("You were invited to work with Huiyin on this device. The link can be used once.")
SIGN_IN = _("Sign in on this device")
SIGN_IN_NOTE = _("If this is not your own device, please open the link on yours.")
SIGN_IN_OVER = _("This link has been used or is too old. Please ask for a new one.")
SIGN_IN_OVER_NOTE = _("If you have signed in on this device already, just go on.")
GO_ON = _("Go on to the chat")

FORGET_ASK = _("Shall this browser forget you? The conversation is erased here, and this browser follows no case any more.")
FORGET_NOTE = _("Whoever has number and code of a case can look it up again. Staff are signed out here.")

RELOAD = _("This page is out of date. Please load it again.")
FOREIGN = _("This request did not come from our own page, so it was not carried out. Please open the page again.")
MALFORMED = _("This message could not be read. Please load the page again and send it once more.")
TOO_LONG = _("This message is too long. Please send it in parts.")
TOO_MUCH = _("Too much was sent in a short time. Please wait {seconds} s; what you wrote is not lost.")
NOT_KEPT = _("Your message could not be stored just now. It will be sent again by itself.")
FILE_TOO_LARGE = _("This file is larger than {size} MB. Please send a smaller file or a shorter video.")
FILE_UNKNOWN = _("This kind of file can't be taken. Please send photos, videos, sound or PDF files.")
FILE_BROKEN = _("The file did not arrive whole. Please send it again.")
FILE_GONE = _("This file is not here, or not yours to see.")
TOO_MANY_PAGES = _("Too many pages are open from your network. Please close some of them.")
