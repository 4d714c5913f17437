-- Groups: the numbers of their names, and who is in which as the events say.

CREATE TABLE people_group (
    project      bigint NOT NULL,
    people_group bigint NOT NULL,
    external_id  text   NOT NULL,
    PRIMARY KEY (project, people_group),
    UNIQUE (project, external_id)
);

-- content: the display name, 0 for none. A deleted group has no row.
CREATE TABLE view_group (
    project      bigint NOT NULL,
    people_group bigint NOT NULL,
    content      bigint NOT NULL,
    members      bigint NOT NULL DEFAULT 0,
    created_seq  bigint NOT NULL,
    created_wall bigint NOT NULL,
    PRIMARY KEY (project, people_group)
);

CREATE TABLE view_group_member (
    project      bigint NOT NULL,
    people_group bigint NOT NULL,
    person       bigint NOT NULL,
    PRIMARY KEY (project, people_group, person)
);
CREATE INDEX view_group_member_by_person ON view_group_member (project, person);
