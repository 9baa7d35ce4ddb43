import * as contract from "@/lib/admin-api/contract/record";
import { isIntact } from "@/lib/audit/schema";
import { readRecord } from "@/lib/fleet/queries/read-record";
import { questionOf } from "@/lib/http/admin/implement";
import { badQuery } from "@/lib/http/admin/request";
import { verifyTenantRecord } from "@/lib/operator/verify-audit";

/** What API clients ask of the record; the questions of the portal's page. */
export const RECORD_OPERATIONS = [
  questionOf(contract.listRecord, async (ctx, { limit, cursor, ...filters }) => {
    const { rows, older, isMachineVague } = await readRecord(ctx, { ...filters, older: cursor }, limit);
    // A list of some of the machines that are meant would be taken for all of it.
    if (isMachineVague)
      throw badQuery([{ path: ["machine"], detail: "means too many machines. Say more of the name." }]);
    const items = rows.map((row) => ({ ...row, sequence: row.sequence === null ? null : `${row.sequence}` }));
    return { items, next: older };
  }),
  questionOf(contract.verifyRecord, async (ctx) => {
    const report = await verifyTenantRecord(ctx);
    return { ...report, isIntact: isIntact(report) };
  }),
];
