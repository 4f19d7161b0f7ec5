"""Watching calls: events for the user's hooks, lines for the logger, spans for OpenTelemetry.

A call is a flow of effects. `_flow.watch` wraps one and looks at the effects that pass, so that a call that
nobody watches runs as if this package weren't there. Its modules are imported one by one: `_watcher` alone is
needed by every client.
"""
