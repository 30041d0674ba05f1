"""One file per contender: each turns recorded frames into books, or only parses them."""
