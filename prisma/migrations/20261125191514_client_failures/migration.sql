-- CreateTable
CREATE TABLE "client_failures" (
    "bucket" TEXT NOT NULL,
    "window_ends_at" TIMESTAMPTZ(3) NOT NULL,
    "failures" INTEGER NOT NULL,

    CONSTRAINT "client_failures_pkey" PRIMARY KEY ("bucket","window_ends_at")
);

-- CreateIndex
CREATE INDEX "client_failures_window_ends_at_idx" ON "client_failures"("window_ends_at");
