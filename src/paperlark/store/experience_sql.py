"""The questions that make up a reader's experience; parameters go by name.

`profile`, `day` (the day to be ranked), `first` (the earliest whose judgements count), `streamed`
(the earliest of the stream), `midnight` (the UTC instant at which `day` ends in New York) and
`most` rows. Latest come first.
"""

# The day's own announcement is in `listings` before its papers are ranked, and in `scanned` only
# after: with both asked, a day leaves out the same when it is first made and ever after.
_MET_BEFORE = """coalesce(
    (SELECT min(s.day) FROM scanned s WHERE s.profile = w.profile AND s.paper_id = w.paper_id),
    (SELECT min(a.day) FROM listings a WHERE a.paper_id = w.paper_id AND a.day = :day),
    ''
) < :day"""

DAYS = """
    SELECT DISTINCT day FROM scanned WHERE profile = :profile AND day < :day
    ORDER BY day DESC LIMIT :most
"""

# Latest first is the order of an index: nothing is sorted, and whoever has enough stops reading.
ANNOUNCED = """
    SELECT p.id, p.version, p.title, p.authors, p.abstract, p.categories,
        s.day, s.relevance, s.novelty, coalesce(1 / e.inclusion, 1)
    FROM scanned s JOIN papers p ON p.id = s.paper_id AND p.version = s.version
    LEFT JOIN explored e
        ON e.profile = s.profile AND e.day = s.day AND e.paper_id = s.paper_id
    WHERE s.profile = :profile AND s.day >= :first AND s.day < :day
        AND (s.day >= :streamed OR s.relevance IS NOT NULL)
    ORDER BY s.day DESC, s.paper_id DESC
"""

VOTES = f"""
    SELECT w.paper_id, coalesce(p.version, l.version), coalesce(p.title, l.title),
        coalesce(p.authors, l.authors), coalesce(p.abstract, l.abstract),
        coalesce(p.categories, l.categories), w.vote, w.at
    FROM feedback w
    LEFT JOIN papers p ON p.id = w.paper_id
        AND p.version = coalesce(w.version, (SELECT max(version) FROM papers WHERE id = p.id))
    LEFT JOIN library l ON l.profile = w.profile AND l.paper_id = w.paper_id
    WHERE w.profile = :profile AND w.at < :midnight AND {_MET_BEFORE}
        AND coalesce(p.title, l.title) IS NOT NULL
    ORDER BY w.at DESC, w.id DESC LIMIT :most
"""  # noqa: S608  # put together from our own words

LIBRARY = f"""
    SELECT w.paper_id, w.version, w.title, w.authors, w.abstract, w.categories,
        w.day, w.wanted, w.relevance, w.novelty
    FROM library w
    WHERE w.profile = :profile AND (w.day < :day OR w.day = :day AND w.relevance IS NULL)
        AND {_MET_BEFORE}
    ORDER BY w.day DESC, w.paper_id DESC LIMIT :most
"""  # noqa: S608  # likewise
