"""The arithmetic of knowledge risk: pure Python and NumPy, no database, no clock, no loop over people.

- `quarters`: calendar quarters.
- `exits`: when somebody is expected to leave, as arrays; scenarios; the probability to be still there.
- `register`: who holds which task, as arrays, built from rows in any order.
- `risk`: the kernel. P_none, expected holders, red quarter, act by, scores.
- `explain`: the inputs behind the figure of one task.

Time is counted in quarters from the as-of quarter, which is 0; the outlook ends with quarter 59. "Present in
quarter q" means present at the end of it.
"""
