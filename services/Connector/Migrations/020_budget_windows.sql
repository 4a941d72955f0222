-- A CRM may count an org's calls in several windows at once, as a day and ten seconds; a call must fit all of them.
alter table api_budget add column time_window text not null default 'day';
alter table api_budget drop constraint api_budget_pkey;
alter table api_budget add primary key (system, org_id, time_window);
-- Null: the CRM counts, and tells what was used. Else we count: what was reserved and may have been called in that time.
alter table api_budget add column counted_over interval check (counted_over > interval '0');
alter table api_budget alter column time_window drop default;

-- What the CRM's own counting said over the last day: where the use of the allowance is heading.
create table api_usage_reading (
    system text not null,
    org_id text not null,
    time_window text not null,
    read_at timestamptz not null,
    used bigint not null,
    primary key (system, org_id, time_window, read_at)
);
