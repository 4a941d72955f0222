-- Versions below this are not sent any more, however late they come in: what waited was discarded when a hold was lifted, and
-- more of it may still have been under way to us. An empty source stands for every one.
create table version_floor (
    workspace     text not null,
    connection_id uuid not null,
    source        text not null default '',
    version       bigint not null,
    primary key (workspace, connection_id, source)
);
