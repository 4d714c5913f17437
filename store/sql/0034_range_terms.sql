-- What was said of a range, as in view_assignment: it goes with the range, to whoever has it.
ALTER TABLE view_range
    ADD COLUMN due_ms   bigint   NOT NULL DEFAULT 0,
    ADD COLUMN priority smallint NOT NULL DEFAULT -1,
    ADD COLUMN content  bigint   NOT NULL DEFAULT 0,
    ADD COLUMN changed  bigint   NOT NULL DEFAULT 0;
