-- What waits for its time is listed like other tasks: it has numbers from `first` on, behind all entries, and each
-- run of items has one priority.
ALTER TABLE view_delayed
    ADD COLUMN first    bigint   NOT NULL,
    ADD COLUMN priority smallint NOT NULL,
    ADD COLUMN wall     bigint   NOT NULL;
CREATE INDEX view_delayed_in_order ON view_delayed (project, first);
CREATE INDEX view_delayed_in_order_of_queue ON view_delayed (project, queue, first);

-- What waits already gets its numbers: the projector makes all views anew from the log.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables
                 WHERE schemaname = current_schema() AND tablename LIKE 'view\_%' LOOP
        EXECUTE format('TRUNCATE %I', name);
    END LOOP;
END $$;
