"""The careful pure-Python design that crossbook is compared with.

Typed msgspec decoding into structs with decoder objects made once, two sorted
ladders of scaled integers per book, cached best prices, and the venue's own
sequence rule. One file per venue.
"""
