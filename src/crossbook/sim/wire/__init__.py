"""From numbers to the bytes that a venue sends, one module a venue, without state.

Prices and sizes come in as integers in the venue's own units, with the number of
decimals beside them, and leave as the text that the venue writes.
"""
