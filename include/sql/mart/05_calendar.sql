-- The official calendar as far as it is loaded; a year not yet announced stays empty.
UPDATE mart.dim_date AS d
SET is_workday = w.is_workday, holiday_name = w.holiday
FROM core.workday AS w
WHERE d.calendar_date = w.day AND (d.is_workday, d.holiday_name) IS DISTINCT FROM (w.is_workday, w.holiday)
