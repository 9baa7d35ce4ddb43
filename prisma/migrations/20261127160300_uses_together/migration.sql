-- One statement notes the uses of thousands of credentials: so does what is kept of them, instead of one for each.
DROP TRIGGER credentials_used ON "credentials";

CREATE OR REPLACE FUNCTION credentials_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- In one order, so that two that write at once wait for each other instead of both.
  INSERT INTO machine_uses AS u (tenant_id, machine_id, last_used_at)
  SELECT n.tenant_id, n.machine_id, date_trunc('minute', max(n.last_used_at))
    FROM after_update n JOIN before_update o ON o.id = n.id
   WHERE n.last_used_at IS NOT NULL
     AND (o.last_used_at IS NULL OR date_trunc('minute', o.last_used_at) <> date_trunc('minute', n.last_used_at))
   GROUP BY n.tenant_id, n.machine_id ORDER BY n.tenant_id, n.machine_id
  ON CONFLICT (tenant_id, machine_id) DO UPDATE SET last_used_at = EXCLUDED.last_used_at WHERE u.last_used_at < EXCLUDED.last_used_at;
  UPDATE machines SET is_used = true
   WHERE NOT is_used AND id IN (SELECT n.machine_id FROM after_update n JOIN before_update o ON o.id = n.id
                                 WHERE o.last_used_at IS NULL AND n.last_used_at IS NOT NULL);
  RETURN NULL;
END $$;
ALTER FUNCTION credentials_used() SET search_path FROM CURRENT;

-- At most once a minute for each: lists say "3 min ago".
CREATE TRIGGER credentials_used AFTER UPDATE ON "credentials"
  REFERENCING OLD TABLE AS before_update NEW TABLE AS after_update FOR EACH STATEMENT EXECUTE FUNCTION credentials_used();
