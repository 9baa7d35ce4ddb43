-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "poll_ends_at" TIMESTAMPTZ(3),
ADD COLUMN     "polled_by" UUID;
