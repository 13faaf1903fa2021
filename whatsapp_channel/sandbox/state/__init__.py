"""What the sandbox remembers: plain data of accounts, numbers, customers, messages, files, tokens, dialogs and faults.

Here belongs what something is and how it is looked up, never what Meta does with it, and no connection. Every other package
takes `State`. It imports nothing of the sandbox but its own files.
"""
