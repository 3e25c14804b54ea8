"""What a command ends with; 2, that it was written wrongly, is said by the parser of the command line."""

DONE = 0
FAILED = 1
"""It could not be done, or found something bad; the reason is on standard error."""
BROKEN = 3
"""The ledger is broken, in the database or in the backup that was restored."""
