-- Plans that are good whatever Postgres knows of a table. It makes a plan once and keeps it until the table is analyzed,
-- up to a minute later, however much came in by then; and in an empty table all ways to a row cost the same.

-- Of two indexes that cost the same the newest is taken. It must be the key, or a task is looked for among all of its
-- project, by an index whose leading columns were not asked for.
ALTER TABLE view_task
    DROP CONSTRAINT view_task_pkey,
    ADD PRIMARY KEY (project, entry, slot, cold);

-- `dibs_append` finds each lease by its key and ends it by its place: whoever appends has locked the head, so that no
-- other moves it. OFFSET 0 keeps the planner from hashing all of `live` for that, enable_seqscan from reading all of it.
CREATE OR REPLACE FUNCTION dibs_append(
    the_project bigint, the_epoch bigint, prev_seq bigint, prev_chain bytea,
    chains bytea[], payloads bytea[],
    entries bigint[], slots smallint[], befores bigint[], afters bigint[],
    removed bigint[],
    items bigint[], entry_runs bigint[]
) RETURNS boolean LANGUAGE plpgsql SET enable_seqscan = off AS $$
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
          LEFT JOIN LATERAL (SELECT l.token FROM live l
                              WHERE l.project = the_project AND l.entry = u.entry AND l.slot = u.slot
                             OFFSET 0) AS live ON true
         WHERE CASE u.before WHEN 0 THEN live.token IS NULL
                             WHEN -1 THEN live.token IS NOT NULL
                             WHEN -2 THEN true
                             ELSE live.token IS NOT DISTINCT FROM u.before END;
        IF matched <> cardinality(entries) THEN
            RAISE EXCEPTION 'project %: % of % leases are not as the events say',
                the_project, cardinality(entries) - matched, cardinality(entries)
                USING ERRCODE = 'DB001';
        END IF;
        DELETE FROM live WHERE ctid = ANY (ARRAY(
            SELECT held.place
              FROM unnest(entries, slots, befores) AS u (entry, slot, before),
                   LATERAL (SELECT l.ctid AS place FROM live l
                             WHERE l.project = the_project AND l.entry = u.entry AND l.slot = u.slot
                            OFFSET 0) AS held
             WHERE u.before <> 0));
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
