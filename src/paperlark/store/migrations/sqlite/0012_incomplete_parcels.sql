-- What a channel was sent of a page that was partial, so that its completion can be told of.

-- JSON: papers of the pages it was written from, where one was partial; NULL where none was.
ALTER TABLE parcels ADD COLUMN incomplete TEXT;
