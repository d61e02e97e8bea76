"""The demonstration plan: returns of the seven metingen of Vlaamse Veerkracht as real files.

Headline figures are the published ones; everything below them is invented and numbered. The model
is computed once (plan, course, milestones, milestone_dates, money, annexes), then laid out as
sheets (return_tables, corrections) and written as XLSX and CSV (return_files, demo_nights).
"""

from demo.demo_nights import Delivery, Night, write_returns

__all__ = ["Delivery", "Night", "write_returns"]
