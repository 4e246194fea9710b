-- Everything about the schemas that a migration can change, one line per thing. No access list means the default one.
WITH ours AS (
    SELECT
        oid,
        nspname,
        coalesce(nspacl, acldefault('n', nspowner)) AS nspacl
    FROM pg_namespace
    WHERE nspname IN ('raw', 'ops', 'core', 'eval', 'mart', 'public')
)

SELECT concat_ws(' | ', 'schema', nspname, nspacl, obj_description(oid, 'pg_namespace')) AS line FROM ours
UNION ALL
SELECT concat_ws(
    ' | ', 'relation', o.nspname, c.relname, c.relkind,
    coalesce(c.relacl, acldefault(CAST(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END AS "char"), c.relowner)), obj_description(c.oid, 'pg_class')
)
FROM pg_class AS c
INNER JOIN ours AS o ON c.relnamespace = o.oid
UNION ALL
SELECT concat_ws(
    ' | ', 'column', o.nspname, c.relname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum), a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
    pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
)
FROM pg_class AS c
INNER JOIN ours AS o ON c.relnamespace = o.oid
INNER JOIN pg_attribute AS a ON c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef AS d ON a.attrelid = d.adrelid AND a.attnum = d.adnum
UNION ALL
SELECT concat_ws(' | ', 'constraint', CAST(conrelid AS regclass), conname, pg_get_constraintdef(c.oid))
FROM pg_constraint AS c
INNER JOIN ours AS o ON c.connamespace = o.oid
UNION ALL
SELECT concat_ws(' | ', 'index', schemaname, indexdef) FROM pg_indexes
WHERE schemaname IN (SELECT nspname FROM ours)
UNION ALL
SELECT concat_ws(' | ', 'view', schemaname, viewname, definition) FROM pg_views
WHERE schemaname IN (SELECT nspname FROM ours)
UNION ALL
SELECT concat_ws(' | ', 'function', coalesce(p.proacl, acldefault('f', p.proowner)), pg_get_functiondef(p.oid))
FROM pg_proc AS p
INNER JOIN ours AS o ON p.pronamespace = o.oid
UNION ALL
SELECT concat_ws(' | ', 'trigger', CAST(t.tgrelid AS regclass), pg_get_triggerdef(t.oid))
FROM pg_trigger AS t
INNER JOIN pg_class AS c ON t.tgrelid = c.oid
INNER JOIN ours AS o ON c.relnamespace = o.oid
WHERE NOT t.tgisinternal
UNION ALL
SELECT concat_ws(' | ', 'default privileges', o.nspname, d.defaclobjtype, d.defaclacl)
FROM pg_default_acl AS d
INNER JOIN ours AS o ON d.defaclnamespace = o.oid
ORDER BY line
