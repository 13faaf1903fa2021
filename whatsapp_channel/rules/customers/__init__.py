"""Phone numbers and synthetic addresses of customers, and masking them."""
