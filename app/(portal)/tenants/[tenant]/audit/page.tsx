import { Download } from "lucide-react";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { auditAddress } from "@/components/audit/audit-address";
import { AuditList } from "@/components/audit/audit-list";
import { VerifyRecord } from "@/components/audit/verify-record";
import { buttonClass } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { listKinds, listPersons } from "@/lib/audit/queries/list-events";
import { auditListSchema } from "@/lib/audit/schema";
import { requireTenant } from "@/lib/doors/admin";
import { readRecord } from "@/lib/fleet/queries/read-record";
import { verifyRecordAction } from "./actions";

export const generateMetadata = tenantTitle("Audit");

type AuditPageProps = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function AuditPage({ params, searchParams }: AuditPageProps) {
  const { ctx, tenant } = await requireTenant((await params).tenant);
  const query = auditListSchema.parse(await searchParams);
  const [list, persons, kinds] = await Promise.all([
    readRecord(ctx, query),
    listPersons(ctx),
    listKinds(ctx),
  ]);
  const home = `/tenants/${tenant.slug}`;
  const path = `${home}/audit`;
  const mayExport = tenant.role === "Administrator";
  return (
    <>
      <PageHeader
        crumbs={[{ label: tenant.name, href: `${home}/machines` }, { label: "Audit" }]}
        title="Audit"
      />
      <p className="-mt-3 mb-4 max-w-2xl text-muted">
        What people, robots and Latchkey itself did in this tenant. Each event is signed and linked to the one
        before, so that a change, a gap or an addition shows.
      </p>
      <VerifyRecord verify={verifyRecordAction.bind(null, tenant.slug)}>
        {mayExport
          ? (["csv", "jsonl"] as const).map((format) => (
              // Not a router's link: it is a file, and asking for it is recorded.
              <a
                key={format}
                href={auditAddress(`${path}/export`, query, { format })}
                className={buttonClass()}
              >
                <Download aria-hidden size={15} />
                {format === "csv" ? "Export CSV" : "Export JSON Lines"}
              </a>
            ))
          : null}
      </VerifyRecord>
      <AuditList
        list={list}
        query={query}
        persons={persons}
        kinds={kinds}
        path={path}
        machinesPath={`${home}/machines`}
      />
    </>
  );
}
