DROP TRIGGER run_is_known ON eval.points;
ALTER TABLE eval.points ADD CONSTRAINT points_run_id_fkey FOREIGN KEY (run_id) REFERENCES eval.run;
DROP TRIGGER run_is_known ON eval.indicator_value;
ALTER TABLE eval.indicator_value ADD CONSTRAINT indicator_value_run_id_fkey FOREIGN KEY (run_id) REFERENCES eval.run;
DROP FUNCTION eval.run_is_known;
DROP TRIGGER bands_are_apart ON eval.band;
DROP FUNCTION eval.bands_are_apart;
DROP FUNCTION eval.mean_of_bands;
DROP FUNCTION eval.shown;
