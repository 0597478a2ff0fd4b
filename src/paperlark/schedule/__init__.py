"""A job in; what schedules it out: units, crontab lines, an agent, a task, a workflow, an image.

Each module has the text as pure functions, and a class that compares and installs it.
"""
