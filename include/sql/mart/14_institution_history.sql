-- Each row of an institution holds until the next one begins.
UPDATE mart.dim_institution AS d
SET valid_to = h.valid_to, is_latest = h.is_latest
FROM (
    SELECT
        institution_key,
        coalesce(lead(valid_from) OVER history - 1, CAST('9999-12-31' AS date)) AS valid_to,
        lead(valid_from) OVER history IS NULL AS is_latest
    FROM mart.dim_institution
    WHERE region_code = %(region)s
    WINDOW history AS (PARTITION BY institution_code ORDER BY valid_from)
) AS h
WHERE d.institution_key = h.institution_key AND (d.valid_to, d.is_latest) IS DISTINCT FROM (h.valid_to, h.is_latest)
