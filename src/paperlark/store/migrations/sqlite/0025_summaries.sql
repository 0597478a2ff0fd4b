-- One sentence of what is new in a paper, written with its scores.

-- empty where none was asked for, or none that can be used came
ALTER TABLE judgements ADD COLUMN summary TEXT NOT NULL DEFAULT '';
