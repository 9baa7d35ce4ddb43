-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "instance_id" VARCHAR(64);
