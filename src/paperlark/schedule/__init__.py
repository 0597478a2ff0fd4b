"""A job in; what schedules it out: systemd units, crontab lines, a workflow, an image.

Nothing here reads or writes: `compose/schedules/` does.
"""
