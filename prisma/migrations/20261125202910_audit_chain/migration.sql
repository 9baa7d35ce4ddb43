-- DropIndex
DROP INDEX "audit_events_tenant_id_at_idx";

-- AlterTable
ALTER TABLE "audit_events" ADD COLUMN     "digest" BYTEA,
ADD COLUMN     "digest_key_id" TEXT;

-- CreateTable
CREATE TABLE "audit_links" (
    "chain" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "event_id" UUID NOT NULL,
    "event_digest" BYTEA NOT NULL,
    "link_digest" BYTEA NOT NULL,
    "digest_key_id" TEXT NOT NULL,
    "sealed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_links_pkey" PRIMARY KEY ("chain","sequence")
);

-- CreateTable
CREATE TABLE "audit_keys" (
    "id" TEXT NOT NULL,
    "sealed_key" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_pending" (
    "position" BIGSERIAL NOT NULL,
    "event_id" UUID NOT NULL,
    "tenant_id" UUID,

    CONSTRAINT "audit_pending_pkey" PRIMARY KEY ("position")
);

-- CreateIndex
CREATE UNIQUE INDEX "audit_links_event_id_key" ON "audit_links"("event_id");

-- CreateIndex
CREATE INDEX "audit_events_tenant_id_at_id_idx" ON "audit_events"("tenant_id", "at", "id");

-- CreateIndex
CREATE INDEX "audit_events_tenant_id_actor_kind_actor_id_at_id_idx" ON "audit_events"("tenant_id", "actor_kind", "actor_id", "at", "id");

-- CreateIndex
CREATE INDEX "audit_events_tenant_id_type_at_id_idx" ON "audit_events"("tenant_id", "type", "at", "id");

-- CreateIndex
CREATE INDEX "audit_events_tenant_id_machine_id_at_id_idx" ON "audit_events"("tenant_id", "machine_id", "at", "id") WHERE (machine_id IS NOT NULL);

-- CreateIndex
CREATE INDEX "audit_events_tenant_id_credential_id_at_id_idx" ON "audit_events"("tenant_id", "credential_id", "at", "id") WHERE (credential_id IS NOT NULL);

-- The record is only ever added to. ALWAYS: the triggers also fire where session_replication_role is `replica`.
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit record is only ever added to: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_events_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_unchanged;

CREATE TRIGGER audit_links_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_links
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_links ENABLE ALWAYS TRIGGER audit_links_unchanged;

-- Every written event waits for the sealer, in the transaction that writes it.
CREATE FUNCTION audit_await_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_pending (event_id, tenant_id) SELECT id, tenant_id FROM added;
  RETURN NULL;
END $$;

CREATE TRIGGER audit_events_await_seal AFTER INSERT ON audit_events
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit_await_seal();

-- What was written before there was a chain is sealed first, in the order of its writing.
INSERT INTO audit_pending (event_id, tenant_id) SELECT id, tenant_id FROM audit_events ORDER BY at, id;
