-- The region by its name.
INSERT INTO mart.dim_region (region_code, region_name)
SELECT
    %(region)s,
    coalesce((
        SELECT nullif(g.name, '') FROM core.region AS g
        WHERE g.region = %(region)s
    ), %(region_name)s)
ON CONFLICT (
    region_code) DO UPDATE SET region_name = excluded.region_name
WHERE mart.dim_region.region_name IS DISTINCT FROM excluded.region_name
