-- Bans of three years from the day of each decision, and their union (S22): a second decision inside a ban starts
-- an interval of its own. Both are kept; the database refuses two intervals of one bank that overlap. A ban goes with
-- the business: the successor of a banned bank is banned (S32).
CREATE TEMPORARY TABLE ban ON COMMIT DROP AS
SELECT
    r.run_id,
    coalesce(g.heir, e.institution) AS institution,
    e.event,
    coalesce(e.decision, '') AS decision,
    e.decided_on,
    daterange(e.decided_on, CAST(e.decided_on + make_interval(years => k.disqualification_years) AS date)) AS during,
    coalesce(g.name, '') AS predecessor,
    e.submission_id,
    e.record_no
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
CROSS JOIN
    LATERAL (
        SELECT v.*
        FROM eval.run_supervisory_event AS v
        WHERE v.run_id = r.run_id AND v.severity = 'disqualify' AND v.decided_on <= r.as_of
        OFFSET 0 -- noqa: AM09
    ) AS e
LEFT JOIN eval.lineage AS g ON r.run_id = g.run_id AND e.institution = g.institution;

INSERT INTO eval.disqualification (run_id, institution, during)
SELECT
    u.run_id,
    u.institution,
    unnest(u.united) AS during
FROM (
    SELECT
        run_id,
        institution,
        range_agg(during) AS united
    FROM ban
    GROUP BY run_id, institution
) AS u;

INSERT INTO eval.disqualification_decision (
    run_id, institution, event, decision, decided_on, during, whole, predecessor, submission_id, record_no
)
SELECT
    a.run_id,
    a.institution,
    a.event,
    a.decision,
    a.decided_on,
    a.during,
    d.during AS whole,
    a.predecessor,
    a.submission_id,
    a.record_no
FROM ban AS a
INNER JOIN eval.disqualification AS d
    ON a.run_id = d.run_id AND a.institution = d.institution AND d.during @> a.during;
