-- The accounts behind the total, each balance with the cell it was read from.
SELECT
    h.account,
    h.institution,
    h.owner,
    h.fund_category,
    f.name AS fund_category_name,
    h.balance,
    h.adjustable,
    h.available,
    h.matures_on,
    h.basis,
    h.submission_id,
    s.file_name AS file,
    coalesce(c.sheet, '') AS sheet,
    coalesce(c.cells ->> 'balance', '') AS cell,
    c.row_no,
    coalesce(c.texts ->> 'balance', '') AS text,
    coalesce(c.units ->> 'balance', '') AS unit,
    CASE
        WHEN x.entry IS NOT NULL
            THEN concat('更正为“', x.corrected, '”（', x.said_by, ' ', x.said_on, '：', x.reason, '；条目 ', x.entry, '）')
        ELSE ''
    END AS correction
FROM eval.holding AS h
INNER JOIN eval.participant AS p ON h.run_id = p.run_id AND h.institution = p.institution
INNER JOIN core.fund_category AS f ON h.fund_category = f.fund_category
INNER JOIN raw.submission AS s ON h.submission_id = s.submission_id
LEFT JOIN raw.record AS c ON h.submission_id = c.submission_id AND h.record_no = c.record_no
LEFT JOIN ops.correction_in_force AS x
    ON h.submission_id = x.submission_id AND h.record_no = x.record_no AND x.column_name = 'balance'
WHERE h.run_id = %(run_id)s
ORDER BY p.role <> 'commercial', p.role, p.sort_no, p.institution, f.sort_no, h.owner, h.account
