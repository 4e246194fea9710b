-- Whoever has delivered something.
INSERT INTO mart.dim_provider (provider_code, provider_name)
SELECT DISTINCT
    s.provider AS provider_code,
    s.provider AS provider_name
FROM raw.submission AS s
WHERE s.region = %(region)s
ON CONFLICT (provider_code) DO NOTHING
