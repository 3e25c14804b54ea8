"""`huiyin doctor`: everything that an operator should know is well, a line each, and what to do where it isn't."""
