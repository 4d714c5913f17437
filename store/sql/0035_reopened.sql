-- Who is not given an item again, because they finished it before it was reopened: the same on every row of its tasks.
ALTER TABLE view_task ADD COLUMN done bigint[] NOT NULL DEFAULT '{}';
