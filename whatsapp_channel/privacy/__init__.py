"""What is stored about one person: found, exported and erased on request (design decision 29)."""
