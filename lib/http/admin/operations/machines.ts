import * as contract from "@/lib/admin-api/contract/machines";
import type { Ctx } from "@/lib/ctx";
import { listConnectedHosts } from "@/lib/fleet/queries/connected-hosts";
import { listMachines } from "@/lib/fleet/queries/list-machines";
import { readCursor } from "@/lib/fleet/queries/machine-order";
import { cutOf, deedOf, questionOf } from "@/lib/http/admin/implement";
import { badQuery } from "@/lib/http/admin/request";
import { listRunningJobs } from "@/lib/jobs/queries";
import { provisionMachine } from "@/lib/machines/commands/provision-machine";
import { enableMachine } from "@/lib/machines/commands/withdraw-machine";
import { getMachine } from "@/lib/machines/queries";
import { noSuchMachine } from "@/lib/machines/refusals";
import type { EditMachineInput } from "@/lib/machines/schema";
import { getTokenDefaults } from "@/lib/tenants/queries";
import { refusedKind } from "@/lib/token-policy/rules";
import type { ClientAuthentication } from "@/lib/token-policy/schema";
import { disableMachine } from "@/lib/workflows/disable-machines";
import { saveMachine } from "@/lib/workflows/save-machine";

/** What the dialogs that cut show: hosts that are connected on these machines, and what runs on them. */
export async function previewCut(ctx: Ctx, of: { readonly machineIds: readonly string[] }) {
  return { hosts: await listConnectedHosts(ctx, of), jobs: await listRunningJobs(ctx, of) };
}

type Preview = Awaited<ReturnType<typeof previewCut>>;
type Host = Preview["hosts"][number];

/** @returns what of it hangs on some of the hosts */
export function narrowed({ hosts, jobs }: Preview, isMeant: (host: Host) => boolean): Preview {
  const meant = hosts.filter(isMeant);
  const sessionIds = new Set(meant.map(({ sessionId }) => sessionId));
  return { hosts: meant, jobs: jobs.filter(({ sessionId }) => sessionIds.has(sessionId)) };
}

/** @returns what of it authenticated in a way that would not be accepted any more */
export function refusedOf(preview: Preview, accepted: ClientAuthentication): Preview {
  const kind = refusedKind(accepted);
  return narrowed(preview, ({ credentialKind }) => credentialKind === kind);
}

/** What saving a machine's details would cut. */
async function previewSave(ctx: Ctx, { machineId, clientAuthentication }: EditMachineInput) {
  found(await getMachine(ctx, { machineId }));
  const accepted = clientAuthentication ?? (await getTokenDefaults(ctx)).clientAuthentication;
  return refusedOf(await previewCut(ctx, { machineIds: [machineId] }), accepted);
}

const found = <T>(machine: T | null): T => {
  if (machine === null) throw noSuchMachine();
  return machine;
};

/** What is done to machines by API clients; the deeds and questions of the portal's pages. */
export const MACHINE_OPERATIONS = [
  questionOf(contract.listMachines, async (ctx, { limit, cursor, kind, ...query }) => {
    if (cursor !== undefined && !readCursor(query.sort, cursor))
      throw badQuery([
        { path: ["cursor"], detail: "is no place of this order: send `next` of the page before" },
      ]);
    const page = await listMachines(ctx, { ...query, type: kind, pageSize: limit, page: 1, after: cursor });
    return { items: page.rows, next: page.rows.length < limit ? null : page.after };
  }),
  questionOf(contract.getMachine, async (ctx, input) => found(await getMachine(ctx, input))),
  deedOf(contract.provisionMachine, provisionMachine),
  cutOf(contract.editMachine, saveMachine, previewSave),
  deedOf(contract.enableMachine, enableMachine),
  cutOf(contract.disableMachine, disableMachine, (ctx, { machineId }) =>
    previewCut(ctx, { machineIds: [machineId] }),
  ),
];
