-- Proves at start that the master key is the one that the credentials here were sealed with.
create table master_key_check (
    key_version int primary key,
    sealed bytea not null
);

create table connection (
    id uuid primary key,
    workspace text not null,
    name text not null,
    system text not null check (system in ('salesforce')),
    direction text not null check (direction in ('push', 'pull', 'both')),
    status text not null check (status in ('connected', 'reconnectionRequired')),
    -- Why someone must reconnect; both null while connected.
    status_cause text,
    status_fix text,
    status_since timestamptz not null,
    -- Where access is asked for; where the API is called stands with the token.
    instance_url text not null,
    org_id text not null,
    user_id text not null,
    created_at timestamptz not null,
    probed_at timestamptz not null,
    check ((status = 'reconnectionRequired') = (status_cause is not null)),
    constraint connection_name_unique unique (workspace, name),
    -- An org belongs to one workspace, and in it to one connection.
    constraint connection_org_unique unique (system, org_id)
);
create index connection_probed_at on connection (probed_at);

-- Secrets, each sealed by the connection's own data key, which is sealed by the master key of key_version.
create table credential (
    connection_id uuid primary key references connection,
    key_version int not null,
    data_key bytea not null,
    client_id text not null,
    client_secret bytea not null,
    access_token bytea,
    api_url text not null,
    -- When the CRM last said that the grant itself is over: not asked again at once.
    refused_at timestamptz
);

create table api_budget (
    system text not null,
    org_id text not null,
    -- In the CRM's own counting, as of read_at.
    allowance bigint not null,
    used bigint not null,
    read_at timestamptz not null,
    primary key (system, org_id)
);

-- Calls promised and perhaps not made yet. Gone once they have lapsed and the CRM's figure has been read since.
create table api_reservation (
    id bigint generated always as identity primary key,
    system text not null,
    org_id text not null,
    calls int not null check (calls > 0),
    expires_at timestamptz not null
);
create index api_reservation_org on api_reservation (system, org_id, expires_at);

-- The last description of an object that the CRM gave.
create table object_schema (
    connection_id uuid not null references connection,
    object text not null,
    body jsonb not null,
    read_at timestamptz not null,
    primary key (connection_id, object)
);
