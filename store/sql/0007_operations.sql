-- Operations, and what left queues by them.

-- done counts tasks or entries that chunks dealt with, failed those of them that were left as they are.
-- ended_wall is 0 while it runs.
CREATE TABLE view_operation (
    project      bigint   NOT NULL,
    operation    bigint   NOT NULL,
    verb         smallint NOT NULL,
    queues       bigint[] NOT NULL,
    dataset      bigint   NOT NULL,
    content      bigint   NOT NULL,
    total        bigint   NOT NULL,
    actor        bigint   NOT NULL,
    state        smallint NOT NULL DEFAULT 1,
    chunk        bigint   NOT NULL DEFAULT 0,
    done         bigint   NOT NULL DEFAULT 0,
    failed       bigint   NOT NULL DEFAULT 0,
    error        text     NOT NULL DEFAULT '',
    begun_wall   bigint   NOT NULL,
    updated_wall bigint   NOT NULL,
    ended_wall   bigint   NOT NULL DEFAULT 0,
    PRIMARY KEY (project, operation)
) WITH (fillfactor = 70);

-- Entries that a chunk left as they are, and why.
CREATE TABLE view_operation_error (
    project   bigint NOT NULL,
    operation bigint NOT NULL,
    entry     bigint NOT NULL,
    reason    text   NOT NULL,
    PRIMARY KEY (project, operation, entry)
);

-- Entries that were removed: their items may come into the queue again.
CREATE TABLE view_removed (
    project bigint NOT NULL,
    entry   bigint NOT NULL,
    PRIMARY KEY (project, entry)
);
