import * as contract from "@/lib/admin-api/contract/settings";
import type { Ctx } from "@/lib/ctx";
import { listFollowingHosts } from "@/lib/fleet/queries/connected-hosts";
import { cutOf, deedOf, questionOf } from "@/lib/http/admin/implement";
import { paged } from "@/lib/http/admin/paged";
import { importSigningKey } from "@/lib/identity/commands/import-key";
import { rotateSigningKey } from "@/lib/identity/commands/rotate-key";
import { withdrawSigningKey } from "@/lib/identity/commands/withdraw-key";
import { askWithdrawal, listSigningKeys } from "@/lib/identity/queries";
import { listFollowingJobs } from "@/lib/jobs/queries";
import { editLimits } from "@/lib/limits/commands";
import { getLimits } from "@/lib/limits/queries";
import { chooseLeakResponse, renameTenant, requireSecondFactor } from "@/lib/tenants/commands";
import {
  getLeakResponse,
  getTokenDefaults,
  isSecondFactorRequired,
  listTenants,
} from "@/lib/tenants/queries";
import { tenantCursorText } from "@/lib/tenants/schema";
import { countPeople } from "@/lib/users/queries/people";
import { addTenant } from "@/lib/workflows/add-tenant";
import { saveTokenDefaults } from "@/lib/workflows/save-token-defaults";
import { refusedOf } from "./machines";

const membersOf = async (ctx: Ctx) => {
  const { all: members, withoutSecondFactor } = await countPeople(ctx);
  return { members, withoutSecondFactor };
};

/** What API clients do with settings of the tenant and of the installation; the deeds and questions of the portal's page. */
export const SETTINGS_OPERATIONS = [
  questionOf(contract.getLimits, getLimits),
  deedOf(contract.editLimits, editLimits),
  questionOf(contract.getTokenDefaults, getTokenDefaults),
  cutOf(contract.saveTokenDefaults, saveTokenDefaults, async (ctx, { defaults }) => {
    const following = { hosts: await listFollowingHosts(ctx), jobs: await listFollowingJobs(ctx) };
    return refusedOf(following, defaults.clientAuthentication);
  }),
  questionOf(contract.getLeakResponse, async (ctx) => ({
    leakResponse: await getLeakResponse(ctx, ctx.actor.tenantId),
  })),
  deedOf(contract.chooseLeakResponse, chooseLeakResponse),
  questionOf(contract.getSecondFactor, async (ctx) => ({
    isRequired: await isSecondFactorRequired(ctx),
    ...(await membersOf(ctx)),
  })),
  cutOf(contract.requireSecondFactor, requireSecondFactor, membersOf),
  questionOf(contract.listSigningKeys, async (ctx) => ({ items: await listSigningKeys(ctx) })),
  deedOf(contract.rotateSigningKey, rotateSigningKey),
  cutOf(contract.withdrawSigningKey, withdrawSigningKey, askWithdrawal),
  deedOf(contract.importSigningKey, importSigningKey),
  questionOf(contract.listTenants, paged(listTenants, tenantCursorText)),
  deedOf(contract.addTenant, addTenant),
  deedOf(contract.renameTenant, renameTenant),
];
