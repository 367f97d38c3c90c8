"""A lens on the matrix equations of two layers: the row and the column that made an entry of the result."""

from backprop_lib.explorables.matrix_lens.widget import MatrixLens, matrix_lens

__all__ = ["MatrixLens", "matrix_lens"]
