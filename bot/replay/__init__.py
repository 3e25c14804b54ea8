"""A city's real messages through the real program, in simulated time, with simulated people around it.

Nothing is stood in for but the clock and the far end of the channel: rows go in by the door, turns, sweeps, jobs and sending
are the program's own steps, called one after another as their times come.
"""
