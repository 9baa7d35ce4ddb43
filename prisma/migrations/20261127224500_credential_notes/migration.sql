-- What people want to know of a secret or key later; it decides nothing.
ALTER TABLE "credentials" ADD COLUMN "note" VARCHAR(500) NOT NULL DEFAULT '';
