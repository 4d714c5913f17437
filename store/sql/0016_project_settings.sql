-- The settings of a project as of the last UpdateProject. content: the display name as bytes in `content`;
-- 0: as it was created. set_seq: the event that wrote them.
ALTER TABLE view_project
    ADD COLUMN content      bigint  NOT NULL DEFAULT 0,
    ADD COLUMN status_locks boolean NOT NULL DEFAULT false,
    ADD COLUMN set_seq      bigint  NOT NULL DEFAULT 1;
