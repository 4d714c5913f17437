-- Items that are in their dataset no more: `removed` is their number then, 0 before, so that the external id
-- is free for another one. Their rows stay: finished work is theirs.
ALTER TABLE item ADD COLUMN removed bigint NOT NULL DEFAULT 0;
ALTER TABLE item DROP CONSTRAINT item_project_dataset_external_id_key;
ALTER TABLE item ADD UNIQUE (project, dataset, external_id, removed);
CREATE INDEX item_removed ON item (project, dataset, removed) WHERE removed > 0;
