-- Whose workforce somebody belongs to; '': the project's own people.
ALTER TABLE person ADD COLUMN domain text NOT NULL DEFAULT '';
