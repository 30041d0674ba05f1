"""Services: one role each, wired from the layers below."""
