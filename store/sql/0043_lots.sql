-- lot: the lot whose end a task in review waits for; 0: none.
ALTER TABLE view_task ADD COLUMN lot bigint NOT NULL DEFAULT 0;
CREATE INDEX view_task_of_lot ON view_task (project, lot) WHERE lot > 0;

-- Lots of submissions, by the event that opened them: so many units are drawn, so many of those may be rejected. They are
-- there until they are judged.
CREATE TABLE view_lot (
    project  bigint  NOT NULL,
    lot      bigint  NOT NULL,
    queue    bigint  NOT NULL,
    drawn    integer NOT NULL,
    accepted integer NOT NULL,
    PRIMARY KEY (project, lot)
);

-- What was drawn of a lot; said: 0 nothing is decided, 1 no reviewer rejects it, 2 one does, 3 an expert does not,
-- 4 an expert does.
CREATE TABLE view_lot_unit (
    project bigint   NOT NULL,
    lot     bigint   NOT NULL,
    queue   bigint   NOT NULL,
    entry   bigint   NOT NULL,
    slot    smallint NOT NULL,
    unit    integer  NOT NULL,
    said    smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (project, lot, entry, slot, unit)
);
