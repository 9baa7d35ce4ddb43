-- A client secret and a public key are both credentials of a machine: one table, one id, one cut.

CREATE TYPE "CredentialKind" AS ENUM ('Secret', 'Key');
CREATE TYPE "ClientAuthentication" AS ENUM ('Any', 'Secret', 'Key');

ALTER TABLE "secrets" RENAME TO "credentials";
ALTER TABLE "credentials" RENAME CONSTRAINT "secrets_pkey" TO "credentials_pkey";
ALTER TABLE "credentials" RENAME CONSTRAINT "secrets_tenant_id_fkey" TO "credentials_tenant_id_fkey";
ALTER TABLE "credentials" RENAME CONSTRAINT "secrets_tenant_id_machine_id_fkey" TO "credentials_tenant_id_machine_id_fkey";
ALTER TABLE "credentials" RENAME CONSTRAINT "secrets_created_by_id_fkey" TO "credentials_created_by_id_fkey";
ALTER TABLE "credentials" RENAME CONSTRAINT "secrets_revoked_by_id_fkey" TO "credentials_revoked_by_id_fkey";
ALTER INDEX "secrets_tenant_id_machine_id_idx" RENAME TO "credentials_tenant_id_machine_id_idx";
ALTER INDEX "secrets_tenant_id_id_key" RENAME TO "credentials_tenant_id_id_key";

ALTER TABLE "credentials"
  ADD COLUMN "kind" "CredentialKind" NOT NULL DEFAULT 'Secret',
  ADD COLUMN "name" VARCHAR(100) NOT NULL DEFAULT '',
  ADD COLUMN "public_jwk" JSONB,
  ADD COLUMN "algorithms" TEXT[] DEFAULT ARRAY[]::TEXT[],
  ADD COLUMN "thumbprint" TEXT,
  ADD COLUMN "expires_at" TIMESTAMPTZ(3),
  ADD COLUMN "expiry_cut_at" TIMESTAMPTZ(3),
  ALTER COLUMN "digest" DROP NOT NULL,
  ALTER COLUMN "pepper_id" DROP NOT NULL,
  ALTER COLUMN "last_four" DROP NOT NULL,
  ADD CONSTRAINT "credentials_kind_check" CHECK (
    CASE "kind"
      WHEN 'Secret' THEN num_nulls("digest", "pepper_id", "last_four") = 0
      ELSE num_nulls("public_jwk", "thumbprint") = 0 AND cardinality("algorithms") > 0
    END);

CREATE UNIQUE INDEX "credentials_live_thumbprint_key" ON "credentials"("machine_id", "thumbprint") WHERE (revoked_at IS NULL);
CREATE INDEX "credentials_expiring_idx" ON "credentials"("expires_at") WHERE (expiry_cut_at IS NULL AND revoked_at IS NULL);

ALTER TABLE "sessions" RENAME COLUMN "secret_id" TO "credential_id";
ALTER TABLE "sessions" RENAME CONSTRAINT "sessions_tenant_id_secret_id_fkey" TO "sessions_tenant_id_credential_id_fkey";
ALTER INDEX "sessions_secret_id_ended_at_idx" RENAME TO "sessions_credential_id_ended_at_idx";
ALTER TABLE "sessions"
  ADD COLUMN "token_id" UUID,
  ADD COLUMN "token_expires_at" TIMESTAMPTZ(3);

ALTER TABLE "audit_events" RENAME COLUMN "secret_id" TO "credential_id";

ALTER TABLE "tenants"
  ADD COLUMN "token_lifetime_seconds" INTEGER,
  ADD COLUMN "allowed_scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
  ADD COLUMN "client_authentication" "ClientAuthentication" NOT NULL DEFAULT 'Any',
  ADD COLUMN "requires_dpop" BOOLEAN NOT NULL DEFAULT false;

ALTER TABLE "machines"
  ADD COLUMN "token_lifetime_seconds" INTEGER,
  ADD COLUMN "allowed_scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
  ADD COLUMN "client_authentication" "ClientAuthentication",
  ADD COLUMN "requires_dpop" BOOLEAN;

CREATE TABLE "revoked_tokens" (
    "jti" UUID NOT NULL,
    "revoked_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "revoked_tokens_pkey" PRIMARY KEY ("jti")
);
CREATE INDEX "revoked_tokens_expires_at_idx" ON "revoked_tokens"("expires_at");

CREATE TABLE "spent_jtis" (
    "digest" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "spent_jtis_pkey" PRIMARY KEY ("digest")
);
CREATE INDEX "spent_jtis_expires_at_idx" ON "spent_jtis"("expires_at");
