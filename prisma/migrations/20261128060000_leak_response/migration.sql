-- CreateEnum
CREATE TYPE "LeakResponse" AS ENUM ('Disable', 'Rehearse', 'Tell');

-- AlterTable
ALTER TABLE "tenants" ADD COLUMN     "leak_response" "LeakResponse" NOT NULL DEFAULT 'Disable';
