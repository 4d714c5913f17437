-- Rejections of a unit are counted once a round, however many people reject it there: rejects are rounds, and this is the
-- last one.
ALTER TABLE view_unit ADD COLUMN rejected_round integer NOT NULL DEFAULT 0;

-- The projector makes all views anew from the log.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables
                 WHERE schemaname = current_schema() AND tablename LIKE 'view\_%' LOOP
        EXECUTE format('TRUNCATE %I', name);
    END LOOP;
END $$;
