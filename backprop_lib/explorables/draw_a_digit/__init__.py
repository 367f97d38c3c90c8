"""Draw a digit: a trained network reads it live, and its loss sends a gradient back to every pixel."""

from backprop_lib.explorables.draw_a_digit.widget import DrawADigit, draw_a_digit

__all__ = ["DrawADigit", "draw_a_digit"]
