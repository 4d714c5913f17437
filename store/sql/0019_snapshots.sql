-- Snapshots: what a replay of a project's log up to `seq` puts into Redis. They only save time, so they
-- may be deleted at any moment. A row of `snapshot` is written together with all of its parts.

CREATE TABLE snapshot (
    snapshot bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project  bigint      NOT NULL,
    seq      bigint      NOT NULL,
    chain    bytea       NOT NULL,
    clock    bigint      NOT NULL,
    wall     bigint      NOT NULL,
    -- The functions that made it: others may lay out their keys otherwise.
    library  text        NOT NULL,
    -- SHA-256 of each part, in order, and of all that this row says.
    digests  bytea[]     NOT NULL,
    checksum bytea       NOT NULL,
    bytes    bigint      NOT NULL,
    seconds  real        NOT NULL,
    time     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX snapshot_by_project ON snapshot (project, seq);

CREATE TABLE snapshot_part (
    snapshot bigint  NOT NULL REFERENCES snapshot ON DELETE CASCADE,
    part     integer NOT NULL,
    bytes    bytea   NOT NULL,
    PRIMARY KEY (snapshot, part)
);
-- They are compressed already.
ALTER TABLE snapshot_part ALTER COLUMN bytes SET STORAGE EXTERNAL;
