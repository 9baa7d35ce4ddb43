-- CreateTable
CREATE TABLE "cut_previews" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "made_by" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "machine_ids" UUID[],
    "session_ids" UUID[],
    "job_ids" UUID[],

    CONSTRAINT "cut_previews_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "cut_previews_at_idx" ON "cut_previews"("at");
