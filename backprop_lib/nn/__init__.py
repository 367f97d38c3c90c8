"""Networks, built on the engines."""
