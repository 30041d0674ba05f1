"""The venues' servers without sockets: one file a venue, one protocol each."""
