"""Whether a message may be sent, to which session and ticket a message belongs, and the order of statuses."""
