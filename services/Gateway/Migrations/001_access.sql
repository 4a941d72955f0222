create table workspace (
    name text primary key check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    created_at timestamptz not null
);

create table api_key (
    id text primary key check (id ~ '^[a-z0-9]{16}$'),
    workspace text not null references workspace (name),
    name text not null check (length(name) between 1 and 100),
    role text not null check (role in ('capture', 'viewer', 'integrator', 'manager')),
    -- The services behind know nothing of a key's source, so only a key that reaches none of them can be bound to one.
    source text check (source is null or (source ~ '^[a-z0-9][a-z0-9-]{0,62}$' and role = 'capture')),
    secret_hash bytea not null check (octet_length(secret_hash) = 32),
    created_at timestamptz not null,
    created_by text not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
);

create index api_key_of_workspace on api_key (workspace, created_at);
