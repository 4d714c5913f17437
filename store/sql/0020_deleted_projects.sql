-- A project that is deleted: since when (0: it is not), and from when on it is to be purged, both wall ms.
ALTER TABLE view_project
    ADD COLUMN deleted_wall bigint NOT NULL DEFAULT 0,
    ADD COLUMN purge_ms     bigint NOT NULL DEFAULT 0;

-- A project that was purged keeps this row, so that its id is never used again, and nothing else.
ALTER TABLE project ADD COLUMN purged_time timestamptz;

-- Purges that are not done yet. A second pass, at due_ms, finds what calls that were under way
-- during the first have left.
CREATE TABLE purge (
    project bigint   PRIMARY KEY REFERENCES project,
    pass    smallint NOT NULL DEFAULT 1,
    due_ms  bigint   NOT NULL DEFAULT 0
);

-- The end of a project's log: from this commit on nothing can be appended, and nobody can undelete it.
-- Returns false unless the views have the log to its end, and say that the project is due at the_ms.
CREATE FUNCTION dibs_begin_purge(the_project bigint, the_ms bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    end_seq bigint;
BEGIN
    SELECT seq INTO end_seq FROM head WHERE project = the_project FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM FROM view_position p JOIN view_project v USING (project)
      WHERE p.project = the_project AND p.seq = end_seq
        AND v.deleted_wall > 0 AND v.purge_ms <= the_ms;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO purge (project) VALUES (the_project) ON CONFLICT DO NOTHING;
    DELETE FROM head WHERE project = the_project;
    UPDATE project SET display_name = '', purged_time = now() WHERE project = the_project;
    RETURN true;
END $$;
