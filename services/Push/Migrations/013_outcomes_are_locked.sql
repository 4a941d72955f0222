-- Whoever publishes outcomes locks them meanwhile, instead of writing into each that it does.
alter table outcome drop column claimed_until;
