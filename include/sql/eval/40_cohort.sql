-- Who is scored against whom (S10, S17, S22): the commercial banks by the run's rule book, the policy banks by theirs as
-- a cohort of their own, excluded banks against the commercial ones for information only.
CREATE TEMPORARY TABLE judged ON COMMIT DROP AS
SELECT
    p.run_id,
    p.institution,
    p.name,
    p.role = 'policy' AS policy,
    CASE p.role WHEN 'policy' THEN k.policy_rulebook_id ELSE k.rulebook_id END AS rulebook_id,
    p.role <> 'excluded' AS counts
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.participant AS p ON r.run_id = p.run_id
WHERE p.role IN ('commercial', 'excluded') OR (p.role = 'policy' AND k.policy_rulebook_id IS NOT NULL);

ANALYZE judged;

-- The figures of a cohort that a bank's value is held against. A negative value counts 0 unless the indicator keeps its
-- sign (N7); the area is the ratio of the sums, never a mean of ratios (N3).
CREATE TEMPORARY TABLE cohort ON COMMIT DROP AS
SELECT
    j.run_id,
    j.policy,
    v.indicator,
    count(*) AS banks,
    sum(x.value) AS total,
    max(x.value) AS highest,
    min(x.value) AS lowest,
    eval.ratio(
        sum(v.numerator) FILTER (WHERE v.denominator IS NOT NULL), sum(v.denominator) FILTER (WHERE v.numerator IS NOT NULL)
    ) AS area
FROM judged AS j
INNER JOIN eval.indicator_value AS v ON j.run_id = v.run_id AND j.institution = v.institution
INNER JOIN eval.indicator AS i ON j.rulebook_id = i.rulebook_id AND v.indicator = i.indicator AND i.leaf
CROSS JOIN LATERAL (SELECT CASE WHEN i.keeps_sign THEN v.value ELSE greatest(v.value, 0) END AS value) AS x
WHERE j.counts
GROUP BY j.run_id, j.policy, v.indicator;

ANALYZE cohort;

-- The region's own row of the figures of its peers, and what is counted in %, 万元, 亿元 in units of one (N1, D03).
CREATE TEMPORARY TABLE peer ON COMMIT DROP AS
SELECT DISTINCT ON (r.run_id, o.measure)
    r.run_id,
    o.measure,
    o.value * coalesce(u.size, 1) AS value
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.run_input AS n ON r.run_id = n.run_id AND n.feed = 'peers'
INNER JOIN core.peer AS o ON n.submission_id = o.submission_id AND r.as_of >= o.as_of
LEFT JOIN core.region AS g ON r.region = g.region
LEFT JOIN
    (VALUES ('%', 0.01), ('％', 0.01), ('‰', 0.001), ('万元', 10000), ('亿元', 100000000)) AS u (unit, size)
    ON o.unit = u.unit
WHERE o.peer IN (r.region, g.name)
ORDER BY r.run_id ASC, o.measure ASC, o.as_of DESC, n.submission_id DESC;
