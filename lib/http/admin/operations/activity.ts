import { chartActivity } from "@/lib/activity/queries";
import type { ActivityPeriod } from "@/lib/activity/schema";
import * as contract from "@/lib/admin-api/contract/activity";
import { listKeys, listSecrets } from "@/lib/credentials/queries";
import type { Ctx } from "@/lib/ctx";
import { readAttention } from "@/lib/fleet/queries/attention";
import { listCredentialActivity } from "@/lib/fleet/queries/credential-activity";
import { readOverview } from "@/lib/fleet/queries/overview";
import { readActivity } from "@/lib/fleet/queries/read-activity";
import { questionOf } from "@/lib/http/admin/implement";
import { ofMachines } from "@/lib/machines/queries";
import { previewRules } from "./credentials";

type OfMachine = { readonly machineId: string };

const chartOfMachine = ofMachines((ctx: Ctx, of: OfMachine & { readonly period: ActivityPeriod }) =>
  chartActivity(ctx, of),
);

/** What API clients ask of the tenant's figures and of what robots asked; the questions of the portal's pages. */
export const ACTIVITY_OPERATIONS = [
  questionOf(contract.getOverview, async (ctx) => ({
    figures: await readOverview(ctx),
    attention: await readAttention(ctx),
  })),
  questionOf(contract.listActivity, async (ctx, { limit, cursor, ...query }) => {
    const { rows, older } = await readActivity(ctx, { ...query, older: cursor }, limit);
    return { items: rows, next: older };
  }),
  questionOf(contract.getActivityChart, async (ctx, { period, machine: machineId }) => ({
    items: await (machineId === undefined
      ? chartActivity(ctx, { period })
      : chartOfMachine(ctx, { period, machineId })),
  })),
  questionOf(
    contract.listCredentialActivity,
    ofMachines(async (ctx, of: OfMachine) => {
      const [secrets, keys] = [await listSecrets(ctx, of), await listKeys(ctx, of)];
      return { items: await listCredentialActivity(ctx, { secrets, keys }) };
    }),
  ),
  questionOf(
    contract.listUses,
    ofMachines(async (ctx, of: OfMachine & { readonly credentialId: string }) => ({
      items: (await previewRules(ctx, { ...of, addresses: "" })).allowed,
    })),
  ),
];
