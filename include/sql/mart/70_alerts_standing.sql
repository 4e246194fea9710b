-- Whether what each warning of the region rests on still says so, and what an event's newest record adds (S20). A figure
-- or an event that was delivered again unchanged stands on.
UPDATE mart.fact_alert
SET is_standing = n.standing, decision_text = n.decision, settled_on = n.closed_on
FROM (
    SELECT
        w.warning_id,
        coalesce(e.decision, '') AS decision,
        e.closed_on,
        CASE
            WHEN w.event IS NOT NULL
                THEN coalesce(
                    (e.institution, e.kind, e.severity, e.event_on)
                    = (w.institution, w.event_kind, w.event_severity, w.as_of), FALSE
                )
            ELSE EXISTS (
                SELECT
                FROM raw.standing_submission AS s
                LEFT JOIN core.prudential AS p
                    ON
                        s.submission_id = p.submission_id AND w.institution = p.institution AND w.metric = p.metric
                        AND w.scope = p.scope AND w.as_of = p.as_of AND w.value = p.value
                WHERE
                    s.region = w.region AND s.period = w.period AND s.feed = 'pboc_prudential'
                    AND (s.submission_id = w.submission_id OR p.submission_id IS NOT NULL)
            )
        END AS standing
    FROM ops.warning AS w
    LEFT JOIN core.supervisory_events_on(ops.today()) AS e ON w.region = e.region AND w.event = e.event
    WHERE w.region = %(region)s
) AS n
WHERE
    fact_alert.alert_id = n.warning_id
    AND (fact_alert.is_standing, fact_alert.decision_text, coalesce(fact_alert.settled_on, 'infinity'))
    <> (n.standing, n.decision, coalesce(n.closed_on, 'infinity'))
