"""The files of messages: downloading, checking, storing and showing them, and why one is missing."""
