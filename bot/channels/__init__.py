"""The ways in which people reach the program: one file a channel. A channel knows no city; it is given a Door."""
