"""Questions of a reader's assistant, answered from what is published, each figure with a receipt.

Belongs here: what may be asked and the protocol it is asked by, receipts and their proof. Does not
belong here: who sees what (`access/`), and computing a value.
"""
