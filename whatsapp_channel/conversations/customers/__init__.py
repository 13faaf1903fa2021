"""Who writes: the rows of customers, their identities, and the joining of two that are one person."""
