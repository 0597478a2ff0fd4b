"""Evaluate the ranking and the cost of judging on labelled days, in time order.

Ranking: `folder` and the store yield a LabelledReader (`cases`); `splits` selects what is known
before a test day; `runs` has every method rank it; `metrics` and `method_metrics` compute the
figures with bootstrap intervals; `report` holds them; `tables` and `report_page` show them.

Judging: `replay` repeats the days as the product would have run; `tokens` counts their tokens
beside a plain prompt (`full_prompt_baseline`); `token_report` holds the counts.
"""
