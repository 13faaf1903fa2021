"""Who somebody is: phone numbers, addresses, and hiding both."""
