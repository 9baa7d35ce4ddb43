import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { apply } from "@/cli/fleet/apply";
import { exported } from "@/cli/fleet/export";
import { readFleet } from "@/cli/fleet/file";
import { makePlan, shownPlan } from "@/cli/fleet/plan";
import { readPresent } from "@/cli/fleet/present";
import { resume, type Site, unfinished } from "@/cli/fleet/provision";
import { type AdminClientOptions, adminClient } from "@/lib/admin-api/client";
import type { UserActor } from "@/lib/ctx";
import { newApiClient } from "@/test/deeds/api-client-deeds";
import { buyToken } from "@/test/robot";
import { call, newTenantAdmin, ORIGIN } from "@/test/world";

type Fetch = NonNullable<AdminClientOptions["fetch"]>;

/** Asks the published addresses in this process. */
const inProcess: Fetch = (address, init) => call(init.method ?? "GET", address, init);

export type Bench = Site & { readonly owner: UserActor; readonly folder: string };

/** A tenant of its own with an API client that applies files from a folder of its own. @param fetch what comes between the client and the server */
export async function newSite(fetch: Fetch = inProcess): Promise<Bench> {
  const owner = await newTenantAdmin();
  const pair = await newApiClient(owner, { role: "Administrator", mayConfirm: true });
  const token = await buyToken(pair);
  const folder = mkdtempSync(join(tmpdir(), "latchkey-fleet-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const client = adminClient({ origin: ORIGIN, token: async () => token, fetch });
  const file = join(folder, "machines.yaml");
  writeFileSync(file, "");
  // Any of them: a journal is found by its file.
  process.env.XDG_STATE_HOME = join(folder, "state");
  return { client, url: ORIGIN, clientId: pair.clientId, file, say: () => {}, owner, folder };
}

export { inProcess };

/** Made to be applied. */
export const planToApply = async (site: Site, text: string) =>
  makePlan(site.client, readFleet(text, "machines.yaml"), { isApplied: true });

/** As `latchkey plan` shows it. */
export const shownOf = async (site: Site, text: string) =>
  shownPlan(await makePlan(site.client, readFleet(text, "machines.yaml")), site.url, unfinished(site));

/** As `latchkey apply --yes`. @returns what it changed */
export async function applied(site: Site, text: string) {
  await resume(site);
  const plan = await planToApply(site, text);
  await apply(site, plan);
  return shownPlan(plan, site.url);
}

export const exportOf = async ({ client }: Site): Promise<string> => exported(await readPresent(client));
