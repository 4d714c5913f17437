-- Views: what the events add up to, for lists, filters and reports. Written by
-- the projector only, in order, with the position in the same transaction.

CREATE TABLE view_position (
    project bigint PRIMARY KEY,
    seq     bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE view_project (
    project      bigint PRIMARY KEY,
    admin        bigint NOT NULL,
    fast         boolean NOT NULL,
    created_seq  bigint NOT NULL,
    created_wall bigint NOT NULL
);

CREATE TABLE view_member (
    project      bigint    NOT NULL,
    person       bigint    NOT NULL,
    member       boolean   NOT NULL,
    active       boolean   NOT NULL,
    roles        integer   NOT NULL,
    skills       integer[] NOT NULL,
    changed_seq  bigint    NOT NULL,
    changed_wall bigint    NOT NULL,
    PRIMARY KEY (project, person)
);

CREATE TABLE view_dataset (
    project      bigint NOT NULL,
    dataset      bigint NOT NULL,
    items        bigint NOT NULL DEFAULT 0,
    created_seq  bigint NOT NULL,
    created_wall bigint NOT NULL,
    PRIMARY KEY (project, dataset)
);

-- The counters count tasks, that is slots; entries counts entries.
CREATE TABLE view_queue (
    project      bigint     NOT NULL,
    queue        bigint     NOT NULL,
    slots        smallint   NOT NULL,
    lease_ms     bigint     NOT NULL,
    max_held     integer    NOT NULL,
    priority     smallint   NOT NULL,
    allowed      bigint[]   NOT NULL,
    statuses     smallint[] NOT NULL,
    content      bigint     NOT NULL,
    created_seq  bigint     NOT NULL,
    created_wall bigint     NOT NULL,
    entries      bigint     NOT NULL DEFAULT 0,
    not_added    bigint     NOT NULL DEFAULT 0,
    queued       bigint     NOT NULL DEFAULT 0,
    assigned     bigint     NOT NULL DEFAULT 0,
    in_progress  bigint     NOT NULL DEFAULT 0,
    completed    bigint     NOT NULL DEFAULT 0,
    discarded    bigint     NOT NULL DEFAULT 0,
    returned     bigint     NOT NULL DEFAULT 0,
    removed      bigint     NOT NULL DEFAULT 0,
    PRIMARY KEY (project, queue)
) WITH (fillfactor = 70);

CREATE TABLE view_attachment (
    project   bigint   NOT NULL,
    queue     bigint   NOT NULL,
    dataset   bigint   NOT NULL,
    priority  smallint NOT NULL,
    cursor    bigint   NOT NULL DEFAULT 0,
    not_added bigint   NOT NULL DEFAULT 0,
    PRIMARY KEY (project, queue, dataset)
);

-- Tasks touched at least once. `returned`: it goes back to its author when the
-- lease ends. person: the holder, the author, or the last holder of an expired
-- lease; 0 when there is none.
CREATE TABLE view_task (
    project       bigint   NOT NULL,
    entry         bigint   NOT NULL,
    slot          smallint NOT NULL,
    queue         bigint   NOT NULL,
    item          bigint   NOT NULL,
    class         bigint   NOT NULL,
    priority      smallint NOT NULL,
    state         smallint NOT NULL,
    person        bigint   NOT NULL,
    token         bigint   NOT NULL,
    deadline      bigint   NOT NULL,
    returned      boolean  NOT NULL,
    ended         text     NOT NULL,
    submitted_seq bigint   NOT NULL,
    status        integer  NOT NULL,
    meaning       smallint NOT NULL,
    late          boolean  NOT NULL,
    spent_ms      bigint   NOT NULL,
    units         integer  NOT NULL,
    content       bigint   NOT NULL,
    updated_seq   bigint   NOT NULL,
    updated_wall  bigint   NOT NULL,
    PRIMARY KEY (project, entry, slot)
) WITH (fillfactor = 80);
CREATE INDEX view_task_by_queue ON view_task (project, queue, state, entry);
CREATE INDEX view_task_by_person ON view_task (project, person, state);
