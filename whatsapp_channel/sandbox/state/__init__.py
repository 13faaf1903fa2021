"""What the sandbox remembers: plain data of accounts, numbers, customers, messages, files, tokens, dialogs and faults.

Data and look-ups belong here; what Meta does with the data does not, and nothing here opens a connection. Every other
package uses `State`. It imports nothing else of the sandbox.
"""
