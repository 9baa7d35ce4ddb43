-- AlterTable
ALTER TABLE "credentials" ADD COLUMN     "mac" BYTEA NOT NULL DEFAULT '',
ADD COLUMN     "mac_key_id" TEXT NOT NULL DEFAULT '';

-- The next start makes them for the rows that are there. From here on nobody writes a row without: a process of an older
-- version fails to, instead of handing out a credential that is refused.
ALTER TABLE "credentials" ALTER COLUMN "mac" DROP DEFAULT,
ALTER COLUMN "mac_key_id" DROP DEFAULT;

-- A withdrawn key has no private half.
UPDATE "signing_keys" SET "sealed_key" = '' WHERE "withdrawn_at" IS NOT NULL;
