-- CreateTable
CREATE TABLE "mail_choices" (
    "admin_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "kinds" TEXT[],

    CONSTRAINT "mail_choices_pkey" PRIMARY KEY ("admin_id","tenant_id")
);

-- AddForeignKey
ALTER TABLE "mail_choices" ADD CONSTRAINT "mail_choices_admin_id_tenant_id_fkey" FOREIGN KEY ("admin_id", "tenant_id") REFERENCES "memberships"("admin_id", "tenant_id") ON DELETE CASCADE ON UPDATE CASCADE;
