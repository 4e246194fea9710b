-- Who takes part, in which role, on what evidence (S11, S15, S17, S22, S32).
INSERT INTO eval.participant (
    run_id, institution, name, short_name, type, sort_no, role, reason, carve_out_amount,
    evidence_submission_id, evidence_record_no, predecessor_names
)
SELECT
    r.run_id,
    i.institution,
    i.name,
    coalesce(i.short_name, i.name),
    i.type,
    coalesce(i.sort_no, 9999),
    CASE
        WHEN ban.institution IS NOT NULL THEN 'excluded'
        WHEN carve.decision IS NOT NULL THEN 'carved_out'
        WHEN i.type = '政策性' THEN 'policy'
        ELSE 'commercial'
    END,
    CASE
        WHEN ban.institution IS NOT NULL THEN ban.reason
        WHEN carve.decision IS NOT NULL THEN concat_ws(' ', '一事一议', carve.decision, carve.reason)
        WHEN i.type = '政策性' THEN '政策性银行，单独考核，额度按现存额列支'
        ELSE ''
    END,
    CASE WHEN ban.institution IS NULL THEN carve.amount END,
    coalesce(ban.submission_id, carve.submission_id),
    coalesce(ban.record_no, carve.record_no),
    coalesce(was.names, '')
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN eval.run_input AS n ON r.run_id = n.run_id AND n.feed = 'institutions'
INNER JOIN core.institution AS i ON n.submission_id = i.submission_id
LEFT JOIN (
    SELECT
        f.run_id,
        f.heir,
        string_agg(f.name, '、' ORDER BY c.closed_on DESC, f.institution) AS names
    FROM batch AS m
    INNER JOIN eval.lineage AS f ON m.run_id = f.run_id
    INNER JOIN eval.run_input AS x ON f.run_id = x.run_id AND x.feed = 'institutions'
    INNER JOIN core.institution AS c ON x.submission_id = c.submission_id AND f.institution = c.institution
    GROUP BY f.run_id, f.heir
) AS was ON r.run_id = was.run_id AND i.institution = was.heir
LEFT JOIN LATERAL (
    SELECT
        v.institution,
        v.submission_id,
        v.record_no,
        v.reason
    FROM (
        -- A ban goes with the business: the successor of a banned bank is banned.
        SELECT
            i.institution,
            e.submission_id,
            e.record_no,
            concat_ws(
                ' ', '取消资格至', CAST(e.decided_on + make_interval(years => k.disqualification_years) AS date), e.decision,
                '承继自' || g.name
            ) AS reason,
            e.decided_on
        FROM eval.run_supervisory_event AS e
        LEFT JOIN eval.lineage AS g ON e.run_id = g.run_id AND e.institution = g.institution
        WHERE
            e.run_id = r.run_id AND coalesce(g.heir, e.institution) = i.institution AND e.severity = 'disqualify'
            AND e.decided_on <= r.as_of
            AND r.as_of < e.decided_on + make_interval(years => k.disqualification_years)
        UNION ALL
        SELECT
            d.institution,
            d.submission_id,
            d.record_no,
            concat_ws(' ', '决定不参加', d.decision, d.reason),
            d.decided_on
        FROM eval.run_decision AS d
        WHERE
            d.run_id = r.run_id AND d.institution = i.institution AND d.kind = 'exclude'
            AND r.as_of BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity')
    ) AS v
    ORDER BY v.decided_on DESC, v.submission_id DESC, v.record_no DESC
    LIMIT 1
) AS ban ON TRUE
LEFT JOIN LATERAL (
    SELECT d.*
    FROM eval.run_decision AS d
    WHERE
        d.run_id = r.run_id AND d.institution = i.institution AND d.kind = 'carve_out'
        AND r.as_of BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity')
    ORDER BY d.decided_on DESC, d.submission_id DESC, d.record_no DESC
    LIMIT 1
) AS carve ON TRUE
WHERE
    coalesce(i.opened_on, '-infinity') <= r.as_of
    AND coalesce(i.closed_on, 'infinity') > r.as_of
