import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { auditAddress } from "@/components/audit/audit-address";
import { AuditList } from "@/components/audit/audit-list";
import { ExportLinks } from "@/components/audit/export-links";
import { VerifyRecord } from "@/components/audit/verify-record";
import { PageHeader } from "@/components/ui/page-header";
import { listKinds, listPersons } from "@/lib/audit/queries/list-events";
import { auditListSchema } from "@/lib/audit/schema";
import { readRecord } from "@/lib/fleet/queries/read-record";
import { requireTenant } from "@/lib/http/portal/actions";
import { pathsOf } from "@/lib/paths";
import { mayExportQuestion, verifyRecordAction } from "./actions";

export const generateMetadata = tenantTitle("Audit");

const EXPORTS = [
  { label: "Export CSV", format: "csv" },
  { label: "Export JSON Lines", format: "jsonl" },
] as const;

type AuditPageProps = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function AuditPage({ params, searchParams }: AuditPageProps) {
  const { ctx, tenant, can } = await requireTenant((await params).tenant);
  const query = auditListSchema.parse(await searchParams);
  const [list, persons, kinds] = await Promise.all([
    readRecord(ctx, query),
    listPersons(ctx),
    listKinds(ctx),
  ]);
  const paths = pathsOf(tenant.slug);
  return (
    <>
      <PageHeader crumbs={[{ label: tenant.name, href: paths.machines }, { label: "Audit" }]} title="Audit" />
      <p className="-mt-3 mb-4 max-w-2xl text-muted">
        What people, robots and Latchkey itself did in this tenant. Each event is signed and linked to the one
        before, so that a change, a gap or an addition shows.
      </p>
      <VerifyRecord verify={verifyRecordAction.bind(null, tenant.slug)}>
        {can("audit.export") ? (
          <ExportLinks
            files={EXPORTS.map(({ label, format }) => ({
              label,
              href: auditAddress(paths.auditExport, query, { format }),
            }))}
            ask={mayExportQuestion.bind(null, tenant.slug)}
          />
        ) : null}
      </VerifyRecord>
      <AuditList
        list={list}
        query={query}
        persons={persons}
        kinds={kinds}
        path={paths.audit}
        tenantSlug={tenant.slug}
      />
    </>
  );
}
