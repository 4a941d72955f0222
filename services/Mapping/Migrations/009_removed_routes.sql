-- Routes that were removed. Push goes on holding what goes over them, until one is made anew.
create table removed_route (
    workspace text collate "C" not null,
    source text collate "C" not null,
    connection_id uuid not null,
    removed_at timestamptz not null,
    primary key (workspace, source, connection_id)
);
