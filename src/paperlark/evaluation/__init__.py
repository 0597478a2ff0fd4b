"""How good is the ranking: labelled days in time order, methods side by side, honest intervals.

`folder.py` and the store give a LabelledReader (`cases.py`); `protocol.py` says what may be known
before a test day; `trial.py` has every method rank it; `metrics.py`, `resampling.py` and
`compare.py` make figures of that; `report.py` holds them, and `table.py` and `page.py` show them.

What judging takes: `lived.py` has a reader live the days as the product would, `tokens.py` counts
what that takes beside the plain way (`plain.py`), `token_report.py` holds it.
"""
