-- A restore of data alone brings the events, for which a trigger notes that they wait, and then the same notes: one is enough.
-- Notes of the trigger itself are not asked about.
CREATE FUNCTION audit_wait_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM audit_pending WHERE event_id = NEW.event_id) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
ALTER FUNCTION audit_wait_once() SET search_path FROM CURRENT;
CREATE TRIGGER audit_pending_once BEFORE INSERT ON "audit_pending"
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION audit_wait_once();
