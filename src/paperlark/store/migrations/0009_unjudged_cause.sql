-- A stored digest names why a paper is unjudged `cause`; before, it was `lack`.
UPDATE digests
SET
    digest = json_set(digest, '$.unjudged', (
        SELECT json_group_array(
            json_set(
                json_remove(one.value, '$.lack'), '$.cause', json_extract(one.value, '$.lack')
            )
        )
        FROM json_each(digests.digest, '$.unjudged') AS one
    )),
    fingerprint = NULL
WHERE json_valid(digest) AND json_array_length(digest, '$.unjudged') > 0;
