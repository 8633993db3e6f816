"""The mutual's questions: does the same answer come out, what looks strange, who decides, was it paid."""
