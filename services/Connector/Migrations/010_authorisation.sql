-- A connection may be deauthorised, and may get in by other ways than the app's own credentials.
alter table connection drop constraint connection_status_check;
alter table connection drop constraint connection_check;
alter table connection
    add constraint connection_status_check check (status in ('connected', 'reconnectionRequired', 'disconnected')),
    add constraint connection_status_reason check ((status = 'connected') = (status_cause is null)),
    add column auth text not null default 'clientCredentials'
        check (auth in ('clientCredentials', 'webServer', 'jwtBearer')),
    -- Null where the org was not asked.
    add column environment text check (environment in ('production', 'sandbox')),
    add column org_name text,
    add column username text;

-- What Push is still to be told of a hold that has ended: stored with what ended it, so that no crash forgets it.
create table owed_lift (
    connection_id uuid not null references connection on delete cascade,
    reason text not null check (reason in ('deauthorised', 'pullOnly')),
    waiting text not null check (waiting in ('send', 'discard')),
    forgets_records boolean not null,
    primary key (connection_id, reason)
);

-- No client id: the installation's own app. No secret: an app without one, or what it opened was deauthorised.
alter table credential
    alter column client_id drop not null,
    alter column client_secret drop not null,
    add column refresh_token bytea,
    add column private_key bytea,
    -- With what code the CRM last refused the grant itself; null since it let us in.
    add column refused_code text;

-- What was begun to authorise a connection: nothing of it is a connection before a person has confirmed the org.
create table consent (
    id uuid primary key,
    -- The connection that it makes, or that it authorises again or moves.
    connection_id uuid not null,
    workspace text not null,
    made_by text not null,
    purpose text not null check (purpose in ('connect', 'reauthorise', 'move')),
    name text not null,
    direction text not null check (direction in ('push', 'pull', 'both')),
    system text not null check (system in ('salesforce')),
    environment text not null check (environment in ('production', 'sandbox')),
    -- Where the person logs in and the code is exchanged; where the answer comes back to.
    login_url text not null,
    callback_url text not null,
    another_account boolean not null,
    by_link boolean not null,
    -- An app of its own; null for the installation's.
    client_id text,
    client_secret bytea,
    -- The data key that becomes the connection's.
    key_version int not null,
    data_key bytea not null,
    -- SHA-256 of secrets that were given out once.
    link_hash bytea unique,
    browser_hash bytea,
    state_hash bytea unique,
    state_expires_at timestamptz,
    state_used_at timestamptz,
    verifier bytea,
    step text not null check (step in ('waiting', 'asked', 'shown', 'confirmed', 'refused')),
    failure_code text,
    failure_detail text,
    org_id text,
    org_name text,
    user_id text,
    username text,
    api_url text,
    access_token bytea,
    refresh_token bytea,
    made_at timestamptz not null,
    expires_at timestamptz not null,
    constraint refused_with_code check ((step = 'refused') = (failure_code is not null)),
    constraint shown_whole check (
        step not in ('shown', 'confirmed') or (org_id is not null and user_id is not null and username is not null)
    )
);
create index consent_by_workspace on consent (workspace, made_at);
create index consent_by_expiry on consent (expires_at) where step in ('waiting', 'asked', 'shown');

-- Tokens that are dropped here and still to be revoked at the CRM.
create table revocation (
    revocation_id bigint generated always as identity primary key,
    connection_id uuid not null,
    workspace text not null,
    key_version int not null,
    data_key bytea not null,
    login_url text not null,
    token bytea not null,
    attempts int not null default 0,
    due_at timestamptz not null
);
create index revocation_due on revocation (due_at);

-- Who did what to a connection, or tried to. Only added to; outlives the connection.
create table connection_history (
    history_id bigint generated always as identity primary key,
    -- Null where it cannot be told whose it is: a callback with a state that nobody was given.
    workspace text,
    connection_id uuid,
    at timestamptz not null,
    who text not null,
    what text not null,
    code text,
    detail text
);
create index connection_history_by_connection on connection_history (workspace, connection_id, history_id);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the history is only added to';
end
$$;
create trigger connection_history_is_only_added_to before update or delete on connection_history
    for each row execute function refuse_change();
