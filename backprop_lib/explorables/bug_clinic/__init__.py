"""The bug clinic: a backward pass with one bug, to be named from the pattern of its errors."""

from backprop_lib.explorables.bug_clinic.widget import BugClinic, bug_clinic

__all__ = ["BugClinic", "bug_clinic"]
