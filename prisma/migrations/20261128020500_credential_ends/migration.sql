-- CreateIndex
CREATE INDEX "credentials_ends_idx" ON "credentials"("tenant_id", "expires_at") WHERE (revoked_at IS NULL AND expires_at IS NOT NULL);
