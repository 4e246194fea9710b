"""The evaluation once more, in plain Python and exact fractions: written from the requirements, not from the SQL.

Read it as a specification. It knows nothing of the warehouse and nothing of cunfang.
"""
