-- The log, and what its append keeps true in the same transaction.
--
-- head    one row per project: the only point of acknowledgement is a commit
--         that moves it (DESIGN.md, commit protocol). fillfactor 50 keeps its
--         updates within the page.
-- event   append only; nobody has a reason to update a row, and nobody can.

CREATE TABLE project (
    project      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    external_id  text        NOT NULL UNIQUE,
    display_name text        NOT NULL,
    fast         boolean     NOT NULL DEFAULT false,
    admin        bigint      NOT NULL DEFAULT 1,
    created_time timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE head (
    project bigint PRIMARY KEY REFERENCES project,
    epoch   bigint NOT NULL,
    seq     bigint NOT NULL,
    chain   bytea  NOT NULL,
    barrier bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE event (
    project bigint NOT NULL,
    seq     bigint NOT NULL,
    epoch   bigint NOT NULL,
    chain   bytea  NOT NULL,
    payload bytea  NOT NULL,
    PRIMARY KEY (project, seq)
);

CREATE FUNCTION dibs_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an event is never changed';
END $$;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION dibs_refuse_update();

CREATE TABLE epoch_step (
    project      bigint      NOT NULL,
    epoch        bigint      NOT NULL,
    seq          bigint      NOT NULL,
    chain_before bytea       NOT NULL,
    chain_after  bytea       NOT NULL,
    cause        text        NOT NULL,
    time         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project, epoch)
);
CREATE INDEX epoch_step_by_seq ON epoch_step (project, seq);

-- A lease that runs: one row per task, so that a double grant computed by a
-- damaged Redis cannot be committed.
CREATE TABLE live (
    project bigint   NOT NULL,
    entry   bigint   NOT NULL,
    slot    smallint NOT NULL,
    token   bigint   NOT NULL,
    PRIMARY KEY (project, entry, slot)
) WITH (fillfactor = 80);

-- Item numbers base .. base+count-1 are rows (import, ordinal first ..) of item.
CREATE TABLE item_range (
    project bigint NOT NULL,
    base    bigint NOT NULL,
    count   bigint NOT NULL,
    dataset bigint NOT NULL,
    import  bigint NOT NULL,
    first   bigint NOT NULL,
    PRIMARY KEY (project, base)
);
CREATE INDEX item_range_by_import ON item_range (project, import, first);
CREATE INDEX item_range_by_dataset ON item_range (project, dataset, base);

-- Entries first .. first+count-1 are items first_item .. of one class in a queue.
CREATE TABLE entry_range (
    project    bigint   NOT NULL,
    first      bigint   NOT NULL,
    count      bigint   NOT NULL,
    queue      bigint   NOT NULL,
    class      bigint   NOT NULL,
    priority   smallint NOT NULL,
    first_item bigint   NOT NULL,
    wall       bigint   NOT NULL,
    PRIMARY KEY (project, first)
);
CREATE INDEX entry_range_by_queue ON entry_range (project, queue, first);
CREATE INDEX entry_range_by_item ON entry_range (project, queue, first_item);

-- Append events prev_seq+1 .. if head is still (epoch, prev_seq, prev_chain).
--
-- tracked   entry, slot, before, after per task that the batch touches:
--           before 0 = no lease may be there, -1 = some lease, -2 = nothing is
--           asked, else its token;
--           after  0 = none stays, else the token that stays.
-- removed   entries all of whose leases end.
-- items     base, count, dataset, import, first
-- entries   first, count, queue, class, priority, first_item, wall
--
-- Returns whether it committed. Raises DB001 if `live` contradicts the events,
-- and an integrity violation if numbers are given out a second time.
CREATE FUNCTION dibs_append(
    the_project bigint, the_epoch bigint, prev_seq bigint, prev_chain bytea,
    chains bytea[], payloads bytea[],
    entries bigint[], slots smallint[], befores bigint[], afters bigint[],
    removed bigint[],
    items bigint[], entry_runs bigint[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    matched bigint;
BEGIN
    UPDATE head SET seq = prev_seq + cardinality(chains), chain = chains[cardinality(chains)]
     WHERE project = the_project AND epoch = the_epoch AND seq = prev_seq AND chain = prev_chain;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO event (project, seq, epoch, chain, payload)
    SELECT the_project, prev_seq + u.n, the_epoch, u.chain, u.payload
      FROM unnest(chains, payloads) WITH ORDINALITY AS u (chain, payload, n);
    IF cardinality(entries) > 0 THEN
        SELECT count(*) INTO matched
          FROM unnest(entries, slots, befores) AS u (entry, slot, before)
          LEFT JOIN live ON live.project = the_project
                        AND live.entry = u.entry AND live.slot = u.slot
         WHERE CASE u.before WHEN 0 THEN live.token IS NULL
                             WHEN -1 THEN live.token IS NOT NULL
                             WHEN -2 THEN true
                             ELSE live.token IS NOT DISTINCT FROM u.before END;
        IF matched <> cardinality(entries) THEN
            RAISE EXCEPTION 'project %: % of % leases are not as the events say',
                the_project, cardinality(entries) - matched, cardinality(entries)
                USING ERRCODE = 'DB001';
        END IF;
        DELETE FROM live USING unnest(entries, slots, befores) AS u (entry, slot, before)
         WHERE live.project = the_project AND u.before <> 0
           AND live.entry = u.entry AND live.slot = u.slot;
    END IF;
    IF cardinality(removed) > 0 THEN
        DELETE FROM live WHERE project = the_project AND entry = ANY (removed);
    END IF;
    IF cardinality(entries) > 0 THEN
        INSERT INTO live (project, entry, slot, token)
        SELECT the_project, u.entry, u.slot, u.after
          FROM unnest(entries, slots, afters) AS u (entry, slot, after) WHERE u.after <> 0;
    END IF;
    INSERT INTO item_range (project, base, count, dataset, import, first)
    SELECT the_project, items[i], items[i+1], items[i+2], items[i+3], items[i+4]
      FROM generate_series(1, cardinality(items), 5) AS i WHERE items[i+1] > 0;
    INSERT INTO entry_range (project, first, count, queue, class, priority, first_item, wall)
    SELECT the_project, entry_runs[i], entry_runs[i+1], entry_runs[i+2], entry_runs[i+3],
           entry_runs[i+4], entry_runs[i+5], entry_runs[i+6]
      FROM generate_series(1, cardinality(entry_runs), 7) AS i WHERE entry_runs[i+1] > 0;
    RETURN true;
END $$;

-- Begin epoch+1 if head is still (epoch, seq, chain); returns whether it did.
CREATE FUNCTION dibs_bump_epoch(
    the_project bigint, the_epoch bigint, the_seq bigint, the_chain bytea,
    new_chain bytea, the_cause text
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE head SET epoch = the_epoch + 1, chain = new_chain
     WHERE project = the_project AND epoch = the_epoch AND seq = the_seq AND chain = the_chain;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO epoch_step (project, epoch, seq, chain_before, chain_after, cause)
    VALUES (the_project, the_epoch + 1, the_seq, the_chain, new_chain, the_cause);
    RETURN true;
END $$;
