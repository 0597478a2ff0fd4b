"""The documentation as a site: Markdown in, HTML that loads nothing from elsewhere out."""
