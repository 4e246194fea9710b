-- Work tables of the figures that the moments name: stocks at each date, and sums of a year up to each date. Two figures
-- for one bank add up only where they are the money of two predecessors; anything else is `doubtful` (S32). Later steps
-- may read them at any date that is listed in eval.moment (four-falling, S16: indicator '', phase 'listed').
CREATE TEMPORARY TABLE observed ON COMMIT DROP AS
SELECT
    s.run_id,
    s.family,
    s.feed,
    s.institution,
    s.measure,
    s.day,
    sum(s.value) AS value,
    array_agg(s.predecessor) FILTER (WHERE s.predecessor IS NOT NULL) AS predecessors,
    array_agg(s.reported) FILTER (WHERE s.predecessor IS NOT NULL) AS heirlooms,
    bool_or(s.predecessor IS NULL) AS own,
    count(*) > 1 AND NOT bool_and(s.adds_up) AS doubtful
FROM eval.run_stock AS s
WHERE s.run_id = ANY(ARRAY(SELECT b.run_id FROM batch AS b))
GROUP BY s.run_id, s.family, s.feed, s.institution, s.measure, s.day;

CREATE TEMPORARY TABLE flow ON COMMIT DROP AS
SELECT f.*
FROM eval.run_flow AS f
WHERE f.run_id = ANY(ARRAY(SELECT b.run_id FROM batch AS b));

-- The year so far, by tax type.
CREATE TEMPORARY TABLE cumulated ON COMMIT DROP AS
SELECT
    f.run_id,
    f.family,
    f.feed,
    f.institution,
    f.measure,
    f.part,
    f.base AS day,
    sum(f.value) AS value
FROM flow AS f
GROUP BY f.run_id, f.family, f.feed, f.institution, f.measure, f.part, f.base;

ANALYZE observed, flow, cumulated;
