-- What an operation left as it is may be one task (slot 0: all of the entry).

ALTER TABLE view_operation_error ADD COLUMN slot smallint NOT NULL DEFAULT 0;
ALTER TABLE view_operation_error DROP CONSTRAINT view_operation_error_pkey;
ALTER TABLE view_operation_error ADD PRIMARY KEY (project, operation, entry, slot);
