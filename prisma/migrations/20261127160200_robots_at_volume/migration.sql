-- CreateIndex
CREATE INDEX "sessions_listed_idx" ON "sessions"("tenant_id", "ended_at" DESC, "host_key", "id") WHERE (removed_at IS NULL);
