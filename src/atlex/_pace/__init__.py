"""Pacing: keeping a client below the rate limits that its server announces.

`_limits` says what is known of the limits and whether there is room for a request; it does no I/O and has no
clock. `_pacer` makes the requests of a call wait for that room, and shares the limits with other threads,
tasks and processes.
"""
