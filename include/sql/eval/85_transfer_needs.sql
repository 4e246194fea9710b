-- What each bank of a single run must give or receive in all.
SELECT
    n.institution AS bank,
    greatest(-n.delta, 0) AS surplus,
    greatest(n.delta, 0) AS deficit,
    n.min_leg
FROM need AS n
WHERE abs(n.delta) >= n.min_leg
ORDER BY n.institution
