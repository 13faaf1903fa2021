"""The control API under /sandbox/: whatever a test or the phone page orders, as JSON, faults included.

It imports `simulation`, and so everything below it. Only the application stands above.
"""
