-- External names and what the numbers of the log stand for. A row is written
-- before its event; a row without its event is as if it were not there.

-- Last number given out per project and kind; gaps mean nothing.
CREATE TABLE counter (
    project bigint NOT NULL,
    kind    text   NOT NULL,
    last    bigint NOT NULL,
    PRIMARY KEY (project, kind)
) WITH (fillfactor = 50);

CREATE TABLE person (
    project     bigint NOT NULL,
    person      bigint NOT NULL,
    external_id text   NOT NULL,
    name        text   NOT NULL DEFAULT '',
    PRIMARY KEY (project, person),
    UNIQUE (project, external_id)
);
CREATE INDEX person_by_external_id ON person (external_id);

CREATE TABLE skill (
    project bigint NOT NULL,
    skill   bigint NOT NULL,
    name    text   NOT NULL,
    PRIMARY KEY (project, skill),
    UNIQUE (project, name)
);

CREATE TABLE dataset (
    project      bigint      NOT NULL,
    dataset      bigint      NOT NULL,
    external_id  text        NOT NULL,
    display_name text        NOT NULL DEFAULT '',
    created_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project, dataset),
    UNIQUE (project, external_id)
);

CREATE TABLE queue (
    project      bigint      NOT NULL,
    queue        bigint      NOT NULL,
    external_id  text        NOT NULL,
    display_name text        NOT NULL DEFAULT '',
    created_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project, queue),
    UNIQUE (project, external_id)
);

-- One import is the rows of one request: ordinals 1 .. count. It keeps the whole
-- key of the request, so that whoever meets rows without an event can make it.
CREATE TABLE import (
    project bigint NOT NULL,
    import  bigint NOT NULL,
    dataset bigint NOT NULL,
    session bigint NOT NULL,
    secret  text   NOT NULL,
    n       bigint NOT NULL,
    hash    text   NOT NULL,
    actor   bigint NOT NULL,
    count   bigint NOT NULL,
    PRIMARY KEY (project, import),
    UNIQUE (project, session, secret, n)
);

CREATE TABLE item (
    project         bigint           NOT NULL,
    dataset         bigint           NOT NULL,
    import          bigint           NOT NULL,
    ordinal         bigint           NOT NULL,
    external_id     text             NOT NULL,
    weight          double precision NOT NULL DEFAULT 1,
    classes         text[]           NOT NULL DEFAULT '{}',
    required_skills integer[]        NOT NULL DEFAULT '{}',
    attributes      jsonb            NOT NULL DEFAULT '{}',
    PRIMARY KEY (project, import, ordinal),
    UNIQUE (project, dataset, external_id)
);

-- Bytes that clients wrote, committed before the event that makes them count.
CREATE TABLE content (
    project      bigint      NOT NULL,
    content      bigint      GENERATED ALWAYS AS IDENTITY,
    hash         bytea       NOT NULL,
    bytes        bytea       NOT NULL,
    created_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project, content)
);

-- Unfinished work, kept when its submission is refused.
CREATE TABLE draft (
    project      bigint      NOT NULL,
    entry        bigint      NOT NULL,
    slot         smallint    NOT NULL,
    person       bigint      NOT NULL,
    token        bigint      NOT NULL,
    status       integer     NOT NULL DEFAULT 0,
    bytes        bytea       NOT NULL,
    created_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project, entry, slot, person, token)
);

-- Idempotency of the calls that belong to no project.
CREATE TABLE open_session (
    session   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    secret    text        NOT NULL,
    last_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX open_session_by_time ON open_session (last_time);

CREATE TABLE answered (
    session bigint NOT NULL REFERENCES open_session ON DELETE CASCADE,
    n       bigint NOT NULL,
    hash    text   NOT NULL,
    answer  bytea  NOT NULL,
    PRIMARY KEY (session, n)
);
