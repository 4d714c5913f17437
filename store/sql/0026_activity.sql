-- Which events are about whom and what: the way into the log for lists of what happened. What an event says stands in
-- the log alone; here is a row per event, queue and person concerned (0: none), and a row per task that it names.
CREATE TABLE view_activity (
    project   bigint   NOT NULL,
    seq       bigint   NOT NULL,
    part      smallint NOT NULL,
    queue     bigint   NOT NULL,
    person    bigint   NOT NULL,
    actor     bigint   NOT NULL,
    change    text     NOT NULL,
    operation bigint   NOT NULL,
    wall      bigint   NOT NULL,
    PRIMARY KEY (project, seq, part)
);
CREATE INDEX view_activity_by_queue ON view_activity (project, queue, seq);
CREATE INDEX view_activity_by_person ON view_activity (project, person, seq);
CREATE INDEX view_activity_by_actor ON view_activity (project, actor, seq);
CREATE INDEX view_activity_by_change ON view_activity (project, change, seq);
CREATE INDEX view_activity_by_operation ON view_activity (project, operation, seq) WHERE operation > 0;
-- Walls never fall, so a time is a place in the order of seq.
CREATE INDEX view_activity_by_wall ON view_activity (project, wall, seq);

-- slot 0: every task of the item.
CREATE TABLE view_activity_task (
    project bigint   NOT NULL,
    entry   bigint   NOT NULL,
    slot    smallint NOT NULL,
    seq     bigint   NOT NULL,
    part    smallint NOT NULL,
    PRIMARY KEY (project, entry, slot, seq, part)
);

-- Entries first .. first+size-1 came in by this event.
CREATE TABLE view_activity_run (
    project bigint NOT NULL,
    first   bigint NOT NULL,
    size    bigint NOT NULL,
    seq     bigint NOT NULL,
    PRIMARY KEY (project, first)
);

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
