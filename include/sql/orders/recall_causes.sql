-- What stands against a region's banks and asks for a recall (S21, S22): red warnings that the newest figure, or the
-- newest record of an event, has not taken back, and bans in force; each against the bank that carries on the business
-- (S32). `open_order` is the recall under way for the bank, `told` how the last recall stands that was proposed for this
-- very cause: `redrawn` where it was to be laid out anew and nothing was left to recall, `superseded` where nobody
-- dropped it, but an order that was issued after it planned its money anew.
WITH heir AS (
    SELECT
        g.institution,
        g.heir
    FROM core.lineage(%(region)s, %(today)s) AS g
),

-- One decision may punish several events.
banned AS (
    SELECT DISTINCT ON (b.institution, coalesce(nullif(b.decision, ''), b.event))
        b.institution,
        'decision ' || coalesce(nullif(b.decision, ''), b.event) AS cause,
        CAST(NULL AS bigint) AS warning_id,
        b.submission_id,
        b.record_no,
        n.period
    FROM core.bans(%(region)s, %(today)s, %(years)s) AS b
    INNER JOIN raw.submission AS n ON b.submission_id = n.submission_id
    WHERE b.whole @> CAST(%(today)s AS date)
    ORDER BY b.institution, coalesce(nullif(b.decision, ''), b.event), b.decided_on DESC, b.event
),

cause AS (
    SELECT
        coalesce(h.heir, w.institution) AS institution,
        'warning ' || w.warning_id AS cause,
        w.warning_id,
        w.submission_id,
        w.record_no,
        w.period
    FROM ops.standing_warning AS s
    INNER JOIN ops.warning AS w ON s.warning_id = w.warning_id
    LEFT JOIN heir AS h ON w.institution = h.institution
    WHERE s.region = %(region)s AND s.level = '红'
    UNION ALL
    SELECT
        institution,
        cause,
        warning_id,
        submission_id,
        record_no,
        period
    FROM banned
)

SELECT
    c.institution,
    c.cause,
    c.warning_id,
    c.submission_id,
    c.record_no,
    c.period,
    (
        SELECT
            CASE
                WHEN o.status = 'cancelled' AND o.status_reason = %(redrawn)s THEN 'redrawn'
                WHEN o.status = 'issued' AND o.standing = 'cancelled' AND EXISTS (
                    SELECT FROM ops.leg_event AS e
                    WHERE
                        e.order_id = o.order_id AND e.status = 'cancelled' AND e.actor = %(system)s
                        AND starts_with(e.reason, '被 ')
                ) THEN 'superseded'
                ELSE o.standing
            END
        FROM ops.recall_cause AS t
        INNER JOIN ops.order_state AS o ON t.order_id = o.order_id
        WHERE t.region = %(region)s AND t.institution = c.institution AND t.cause = c.cause
        ORDER BY o.order_id DESC
        LIMIT 1
    ) AS told,
    (
        SELECT o.order_no FROM ops.order_state AS o
        WHERE
            o.region = %(region)s AND o.kind = 'recall' AND o.institution = c.institution
            AND o.standing NOT IN ('confirmed', 'cancelled')
            -- Issued with nothing to move: what is listed is for others to do.
            AND (o.status <> 'issued' OR EXISTS (
                SELECT FROM ops.transfer_leg AS l
                WHERE l.order_id = o.order_id AND NOT l.blocked
            ))
        ORDER BY o.order_id DESC
        LIMIT 1
    ) AS open_order
FROM cause AS c
ORDER BY c.institution, c.warning_id IS NOT NULL, c.cause
