-- Queues that were deleted. `purged`: no other view has a row of it.
CREATE TABLE view_deleted (
    project bigint  NOT NULL,
    queue   bigint  NOT NULL,
    purged  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (project, queue)
);
CREATE INDEX view_deleted_unpurged ON view_deleted (project, queue) WHERE NOT purged;
