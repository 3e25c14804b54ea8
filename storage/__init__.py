"""All SQL of the program: one file per noun, over one small Database and Tx."""
