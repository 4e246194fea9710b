-- Recall and exclusion (S20-S23, S32): who carries on whose business today, which bans are in force, which red warnings
-- still stand, and why each recall was proposed. A pool account (待分配, S05) holds what was recalled until it is placed.

ALTER TABLE core.account ADD COLUMN role text CHECK (role IN ('normal', 'pool'));
COMMENT ON COLUMN core.account.role IS '账户用途：normal 一般，pool 待分配（S05、S21）；空值为一般';
ALTER TABLE eval.holding ADD COLUMN pooled boolean NOT NULL DEFAULT FALSE;
COMMENT ON COLUMN eval.holding.pooled IS '待分配账户：在总量之内、可调整，不是开户行的存放额';

-- As of a day: who carries on the business of a bank that has closed. A circle leads nowhere.
CREATE FUNCTION core.lineage(of_region text, on_day date) RETURNS TABLE (institution text, heir text, name text)
LANGUAGE sql STABLE AS $$
WITH RECURSIVE register AS (
    SELECT s.submission_id FROM raw.standing_submission AS s
    WHERE s.region = of_region AND s.feed = 'institutions'
    ORDER BY s.period DESC LIMIT 1
),

known AS (
    SELECT
        i.institution,
        coalesce(i.short_name, i.name) AS name,
        coalesce(i.opened_on, '-infinity') <= on_day AS opened,
        coalesce(i.closed_on <= on_day, FALSE) AS gone,
        i.successor
    FROM register AS r
    INNER JOIN core.institution AS i ON r.submission_id = i.submission_id
),

way AS (
    SELECT k.institution, k.name, k.institution AS heir, 1 AS step, ARRAY[k.institution] AS passed, FALSE AS circle
    FROM known AS k
    WHERE k.gone AND k.successor IS NOT NULL
    UNION ALL
    SELECT w.institution, w.name, s.institution, w.step + 1, w.passed || s.institution, s.institution = ANY(w.passed)
    FROM way AS w
    INNER JOIN known AS k ON w.heir = k.institution AND k.gone
    INNER JOIN known AS s ON k.successor = s.institution AND s.opened
    WHERE NOT w.circle
)

SELECT e.institution, e.heir, e.name
FROM (
    SELECT DISTINCT ON (w.institution) w.* FROM way AS w ORDER BY w.institution, w.step DESC
) AS e
WHERE NOT e.circle AND e.heir <> e.institution
$$;
COMMENT ON FUNCTION core.lineage IS '某日已退出的机构由谁承继（S32），按现行的金融机构名录';

-- Every ban of a region with the interval that it is part of, as eval.disqualification_decision has them for a run.
CREATE FUNCTION core.bans(of_region text, on_day date, years integer) RETURNS TABLE (
    institution text, event text, decision text, decided_on date, during daterange, whole daterange, predecessor text,
    submission_id bigint, record_no integer
) LANGUAGE sql STABLE AS $$
WITH said AS (
    SELECT DISTINCT ON (e.event) e.*
    FROM raw.standing_submission AS s
    INNER JOIN core.supervisory_event AS e ON s.submission_id = e.submission_id
    WHERE s.region = of_region AND s.feed = 'supervisory_events'
    ORDER BY e.event ASC, s.period DESC
),

ban AS (
    SELECT
        coalesce(g.heir, e.institution) AS institution,
        coalesce(g.name, '') AS predecessor,
        e.event,
        coalesce(e.decision, '') AS decision,
        e.decided_on,
        daterange(e.decided_on, CAST(e.decided_on + make_interval(years => years) AS date)) AS during,
        e.submission_id,
        e.record_no
    FROM said AS e
    LEFT JOIN core.lineage(of_region, on_day) AS g ON e.institution = g.institution
    WHERE e.severity = 'disqualify' AND e.decided_on <= on_day
),

united AS (
    SELECT b.institution, unnest(range_agg(b.during)) AS whole
    FROM ban AS b
    GROUP BY b.institution
)

SELECT
    b.institution, b.event, b.decision, b.decided_on, b.during, u.whole, b.predecessor, b.submission_id, b.record_no
FROM ban AS b
INNER JOIN united AS u ON b.institution = u.institution AND u.whole @> b.during
$$;
COMMENT ON FUNCTION core.bans IS '某日已作出的取消资格决定，及其所在的一段（S22）：重叠的取并集，两项决定都在';

-- The accounts of a region as the newest register has them, those open that day, each with the bank that keeps it now.
CREATE FUNCTION core.accounts_on(of_region text, on_day date) RETURNS TABLE (
    account text, institution text, owner text, fund_category text, role text, adjustable boolean
) LANGUAGE sql STABLE AS $$
SELECT a.account, coalesce(g.heir, a.institution), a.owner, a.fund_category, coalesce(a.role, 'normal'), a.adjustable
FROM (
    SELECT s.submission_id FROM raw.standing_submission AS s
    WHERE s.region = of_region AND s.feed = 'accounts'
    ORDER BY s.period DESC LIMIT 1
) AS r
INNER JOIN core.account AS a ON r.submission_id = a.submission_id
LEFT JOIN core.lineage(of_region, on_day) AS g ON a.institution = g.institution
WHERE coalesce(a.opened_on, '-infinity') <= on_day AND coalesce(a.closed_on, 'infinity') > on_day
$$;
COMMENT ON FUNCTION core.accounts_on IS '某日开立的账户，按现行的账户名录；开在前身的归承继机构（S32）';

-- The newest balance of each account by a day, the finance bureau's before the bank's own of the same day, and when the
-- deposit matures: a bank's own return does not say.
CREATE FUNCTION core.balances_on(of_region text, on_day date) RETURNS TABLE (
    account text, as_of date, balance numeric, matures_on date
) LANGUAGE sql STABLE AS $$
WITH said AS (
    SELECT b.account, b.as_of, b.balance, b.matures_on, 0 AS place, s.period
    FROM raw.standing_submission AS s
    INNER JOIN core.balance AS b ON s.submission_id = b.submission_id
    WHERE s.region = of_region AND s.feed = 'balances' AND b.as_of <= on_day
    UNION ALL
    SELECT r.account, r.as_of, r.balance, NULL, 1, r.period
    FROM core.standing_bank_return AS r
    WHERE r.region = of_region AND r.part = 'account' AND r.balance IS NOT NULL AND r.as_of <= on_day
)

SELECT n.account, n.as_of, n.balance, t.matures_on
FROM (
    SELECT DISTINCT ON (x.account) x.* FROM said AS x ORDER BY x.account, x.as_of DESC, x.place, x.period DESC
) AS n
LEFT JOIN LATERAL (
    SELECT x.matures_on FROM said AS x
    WHERE x.account = n.account AND x.place = 0
    ORDER BY x.as_of DESC, x.period DESC LIMIT 1
) AS t ON TRUE
$$;
COMMENT ON FUNCTION core.balances_on IS '某日以前每个账户最新的余额：财政局的余额表，或之后的银行回报';

-- The newest figure of each bank and limit, and how it was judged: a better one takes an earlier warning back (S20).
CREATE VIEW ops.standing_warning AS
SELECT
    f.region,
    f.institution,
    f.metric,
    f.scope,
    f.as_of,
    f.value,
    w.level,
    w.warning_id
FROM (
    SELECT DISTINCT ON (s.region, p.institution, p.metric, p.scope)
        s.region,
        p.institution,
        p.metric,
        p.scope,
        p.as_of,
        p.value
    FROM raw.standing_submission AS s
    INNER JOIN core.prudential AS p ON s.submission_id = p.submission_id
    WHERE s.feed = 'pboc_prudential'
    ORDER BY s.region, p.institution, p.metric, p.scope, p.as_of DESC, s.period DESC
) AS f
LEFT JOIN LATERAL (
    SELECT
        x.level,
        x.warning_id
    FROM ops.warning AS x
    WHERE
        x.region = f.region AND x.institution = f.institution AND x.metric = f.metric AND x.scope = f.scope
        AND x.as_of = f.as_of AND x.value = f.value
    ORDER BY x.warning_id DESC
    LIMIT 1
) AS w ON TRUE;
COMMENT ON VIEW ops.standing_warning IS '各机构各项监管指标的最新一期及其预警级别；没有触及限值的级别为空';

-- Banks that a run keeps out because their deposits are recalled: an input of it, as eval.run_leg is.
CREATE TABLE eval.run_recall (
    run_id bigint NOT NULL REFERENCES eval.run,
    institution text NOT NULL,
    order_no text NOT NULL,
    reason text NOT NULL,
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    PRIMARY KEY (run_id, institution)
);
COMMENT ON TABLE eval.run_recall IS '考核时已下达收回、所据指标仍为红色的机构：不计入分母（S11、S21）';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON eval.run_recall
FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change();

-- Why a recall was proposed: all that stood against the bank that day. What was told once is not proposed again.
CREATE TABLE ops.recall_cause (
    order_id bigint NOT NULL REFERENCES ops.transfer_order,
    region text NOT NULL,
    institution text NOT NULL,
    cause text NOT NULL,
    warning_id bigint REFERENCES ops.warning,
    submission_id bigint NOT NULL REFERENCES raw.submission,
    record_no integer NOT NULL,
    PRIMARY KEY (order_id, cause)
);
CREATE INDEX ON ops.recall_cause (region, institution, cause);
COMMENT ON TABLE ops.recall_cause IS '收回的起因：红色预警或取消资格的决定，及其所据的报送；一份收回提议可有几项';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.recall_cause
FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change();
CREATE TRIGGER audited AFTER INSERT ON ops.recall_cause FOR EACH ROW EXECUTE FUNCTION ops.write_audit();
