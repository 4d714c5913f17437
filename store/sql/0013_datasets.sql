-- A dataset's display name as of the last UpdateDataset: bytes in `content`; 0: as it was created.
-- A deleted dataset has no row.
ALTER TABLE view_dataset ADD COLUMN content bigint NOT NULL DEFAULT 0;
