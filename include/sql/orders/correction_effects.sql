-- What each bank has by two runs: role, amount, score, share and rank. A bank that is in one of them alone has 0 yuan in
-- the other.
SELECT
    institution,
    coalesce(n.name, o.name) AS name,
    coalesce(n.short_name, o.short_name) AS short_name,
    coalesce(n.sort_no, o.sort_no) AS sort_no,
    o.role AS role_before,
    n.role AS role_after,
    coalesce(o.target, 0) AS target_before,
    coalesce(n.target, 0) AS target_after,
    o.score AS score_before,
    n.score AS score_after,
    o.share AS share_before,
    n.share AS share_after,
    o.rank AS rank_before,
    n.rank AS rank_after
FROM (
    SELECT
        p.*,
        a.target,
        s.score,
        s.share,
        s.rank
    FROM eval.participant AS p
    LEFT JOIN eval.allocation AS a ON p.run_id = a.run_id AND p.institution = a.institution
    LEFT JOIN eval.score AS s ON p.run_id = s.run_id AND p.institution = s.institution
    WHERE p.run_id = %(against_run_id)s
) AS o
FULL JOIN (
    SELECT
        p.*,
        a.target,
        s.score,
        s.share,
        s.rank
    FROM eval.participant AS p
    LEFT JOIN eval.allocation AS a ON p.run_id = a.run_id AND p.institution = a.institution
    LEFT JOIN eval.score AS s ON p.run_id = s.run_id AND p.institution = s.institution
    WHERE p.run_id = %(run_id)s
) AS n USING (institution)
ORDER BY coalesce(n.role, o.role) <> 'commercial', coalesce(n.role, o.role), coalesce(n.sort_no, o.sort_no), institution
