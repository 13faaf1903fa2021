"""What a customer's file is, by its bytes, and whether it may be kept."""
