"""When something may be written, what belongs to which session and ticket, and how far a message got."""
