"""The outside world: an EHR with its clinic, a lab, a clearinghouse with its payers.

They speak the partners' formats and import nothing of the product: they meet it on the wire.
"""
