"""The subcommands of `crossbook`: one module each."""
