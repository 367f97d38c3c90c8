"""One batch shared among workers: their averaged gradients, and their copies of the parameters."""

from backprop_lib.explorables.data_parallel.widget import DataParallel, data_parallel

__all__ = ["DataParallel", "data_parallel"]
