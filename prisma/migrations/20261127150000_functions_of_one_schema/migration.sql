-- A restore (pg_dump) runs with an empty search path; the functions know their own, which is the one they are made with.
ALTER FUNCTION audit_refuse_change() SET search_path FROM CURRENT;
ALTER FUNCTION audit_await_seal() SET search_path FROM CURRENT;
