"""The control API under /sandbox/: what a test or the phone page asks for, as JSON, faults included.

It imports `simulation`, and so everything below that. Only the application imports this package.
"""
