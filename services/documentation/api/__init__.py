"""HTTP in and out of documentation: encounters, the what-if check, and the partners' door."""
