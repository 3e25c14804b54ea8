"""Backups: one folder of plain files each, taken while the program runs, and given back to either database."""
