-- A key may be anything that its product chose, a lead's id or address too: only its SHA-256 is kept, in hex.
update idempotency_key set key = encode(sha256(convert_to(key, 'UTF8')), 'hex');
