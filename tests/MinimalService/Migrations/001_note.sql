create table note (
    event_id uuid primary key,
    workspace text not null,
    lead_id text not null
);
