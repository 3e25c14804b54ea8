"""How a conversation is written: what comes in, what goes out, screens, acts, forms and their questions. Knows no city."""
