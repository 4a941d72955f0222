-- One row per Idempotency-Key that was sent, written before anything is published for it. The scope has the source that the
-- API key is bound to: two products of one workspace that count their requests alike must not share ids.
create table idempotency_key (
    workspace text not null,
    source text not null,
    route text not null,
    key text not null,
    body_hash bytea not null check (octet_length(body_hash) = 32),
    received_at timestamptz not null,
    primary key (workspace, source, route, key)
);

create index idempotency_key_by_age on idempotency_key (received_at);
