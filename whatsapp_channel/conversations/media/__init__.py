"""The files of messages: where they are, what they are called, why one is not there."""
