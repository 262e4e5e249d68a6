"""Reads of the foresight module.

- `register`: who holds which task, loaded from the database as arrays in one statement.
- `risks`: the assessment, kept in the process; what an actor may see of it; badges for other screens; trend.
- `board`: filters, counts, order and pages of the risk board.
- `sentences`: why a task has its figure, as one sentence.
- `details`: the task selected on the board, with names where the role may see them.
- `measures`, `assumptions`: what people entered.
"""
