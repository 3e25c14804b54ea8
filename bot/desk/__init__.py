"""The supervision office's desk in a browser: the same acts as in chat, through the same handlers; no script, plain forms."""
