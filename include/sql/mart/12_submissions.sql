-- Every delivered file of the region with its present state.
INSERT INTO mart.dim_submission (
    submission_id, region_code, period_code, feed_code, reporter_code, sequence_no, provider_key, file_name,
    content_hash, registered_on, registered_at, status_code, status_name
)
SELECT
    s.submission_id,
    s.region,
    s.period,
    s.feed,
    s.reporter,
    s.sequence,
    coalesce(p.provider_key, -1),
    s.file_name,
    s.sha256,
    CAST(s.registered_at AT TIME ZONE 'Asia/Shanghai' AS date),
    to_char(s.registered_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
    s.status,
    CASE s.status
        WHEN 'registered' THEN '已登记'
        WHEN 'read' THEN '已读取'
        WHEN 'checked' THEN '已校验'
        WHEN 'accepted' THEN '已采用'
        WHEN 'rejected' THEN '已退回'
        ELSE s.status
    END
FROM raw.submission_state AS s
LEFT JOIN mart.dim_provider AS p ON s.provider = p.provider_code
WHERE s.region = %(region)s
ON CONFLICT (
    submission_id) DO UPDATE SET status_code = excluded.status_code, status_name = excluded.status_name
WHERE mart.dim_submission.status_code IS DISTINCT FROM excluded.status_code
