-- How far a result is from 平均分配 (D06): Gini coefficient and the largest over the smallest share, over what the banks
-- that share by score should hold. 0 and 1 are an equal split; without a positive smallest there is no ratio.
WITH held AS (
    SELECT
        a.run_id,
        a.target,
        row_number() OVER (PARTITION BY a.run_id ORDER BY a.target, a.institution) AS place,
        count(*) OVER (PARTITION BY a.run_id) AS banks,
        sum(a.target) OVER (PARTITION BY a.run_id) AS total
    FROM eval.allocation AS a
    INNER JOIN eval.participant AS p
        ON a.run_id = p.run_id AND a.institution = p.institution AND p.role = 'commercial'
    WHERE a.run_id = ANY(%(run_ids)s)
)

SELECT
    h.run_id,
    h.banks,
    eval.ratio(sum((2 * h.place - h.banks - 1) * h.target), h.banks * h.total) AS gini,
    eval.ratio(max(h.target), min(h.target)) AS max_over_min
FROM held AS h
GROUP BY h.run_id, h.banks, h.total
