-- What each bank of a single run must give or receive in all.
SELECT
    n.institution AS bank,
    greatest(-a.delta, 0) AS surplus,
    greatest(a.delta, 0) AS deficit,
    n.min_leg
FROM need AS n
INNER JOIN eval.allocation AS a ON n.run_id = a.run_id AND n.institution = a.institution
ORDER BY n.institution
