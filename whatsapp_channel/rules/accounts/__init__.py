"""From what Meta says of accounts and numbers to the status of a channel (Z7, Z19, Z20, Z36, Z40)."""
