-- AlterTable
ALTER TABLE "jobs" ALTER COLUMN "input" SET DATA TYPE JSON,
ALTER COLUMN "output" SET DATA TYPE JSON;

-- AlterTable
ALTER TABLE "processes" ALTER COLUMN "default_input" SET DATA TYPE JSON;
