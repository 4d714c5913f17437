-- Drafts: one row of SaveDraft per task, person and token, and one of a
-- submission under it that was refused. session and n are those of the request
-- that wrote it last, so that no repeat puts an older draft over a newer one.
ALTER TABLE draft RENAME COLUMN created_time TO save_time;
ALTER TABLE draft ADD COLUMN refused boolean NOT NULL DEFAULT true;
ALTER TABLE draft ADD COLUMN session bigint NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN n bigint NOT NULL DEFAULT 0;
ALTER TABLE draft DROP CONSTRAINT draft_pkey;
ALTER TABLE draft ADD PRIMARY KEY (project, entry, slot, person, token, refused);

-- Whether somebody has saved a draft of the task since it was last submitted.
ALTER TABLE view_task ADD COLUMN draft boolean NOT NULL DEFAULT false;
