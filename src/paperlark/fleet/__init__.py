"""Many readers at once: a morning goes in, made by workers from a queue; stored pages come out."""
