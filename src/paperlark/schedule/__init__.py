"""A morning's job in, the text of what starts it out: units, crontab lines, a workflow, an image.

Nothing here reads or writes: `compose/schedules/` does.
"""
