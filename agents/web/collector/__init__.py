"""The process beside each worker that fills the store of the pages, and sends the worker's reports to other workers.

It is a process of its own so that neither decoding articles nor a slow disk
takes time from the worker's event loop or its interpreter lock.
"""
