-- Which indicators are parts of which.
SELECT whole, part, kind, along, codes, note FROM parts ORDER BY ALL
