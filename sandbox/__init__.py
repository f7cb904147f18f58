"""Stand-ins: real servers on loopback that answer like the vendors, for trying and testing without an account.

They keep state, are as strict as the vendor's pages say, and send the vendor's callbacks with the vendor's
signatures. Nothing here imports the service that it is there to test.
"""
