"""Where a morning's job is set: by systemd, cron, GitHub or a container. Its text in, set out."""
