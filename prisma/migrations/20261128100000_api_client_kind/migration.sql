-- AlterEnum
-- By itself: PostgreSQL lets nobody use a new value in the transaction that adds it.
ALTER TYPE "MachineKind" ADD VALUE 'ApiClient';
