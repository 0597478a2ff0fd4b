-- No query looks a page's papers up by these: each reads one day or one reader in order.
DROP INDEX IF EXISTS scanned_on_page;
DROP INDEX IF EXISTS scanned_by_relevance;
