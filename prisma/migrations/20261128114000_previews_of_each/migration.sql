-- Of what somebody was shown the newest are kept.
CREATE INDEX "cut_previews_tenant_id_made_by_at_idx" ON "cut_previews"("tenant_id", "made_by", "at");
