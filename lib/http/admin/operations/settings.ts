import * as contract from "@/lib/admin-api/contract/settings";
import { cutOf, deedOf, questionOf } from "@/lib/http/admin/implement";
import { sliced } from "@/lib/http/admin/sliced";
import { rotateSigningKey } from "@/lib/identity/commands/rotate-key";
import { withdrawSigningKey } from "@/lib/identity/commands/withdraw-key";
import { askWithdrawal, listSigningKeys } from "@/lib/identity/queries";
import { editLimits } from "@/lib/limits/commands";
import { getLimits } from "@/lib/limits/queries";
import { chooseLeakResponse, renameTenant } from "@/lib/tenants/commands";
import { getLeakResponse, getTokenDefaults, listTenants } from "@/lib/tenants/queries";
import { saveTokenDefaults } from "@/lib/workflows/save-token-defaults";

/** What API clients do with settings of the tenant and of the installation; the deeds and questions of the portal's page. */
export const SETTINGS_OPERATIONS = [
  questionOf(contract.getLimits, getLimits),
  deedOf(contract.editLimits, editLimits),
  questionOf(contract.getTokenDefaults, getTokenDefaults),
  deedOf(contract.saveTokenDefaults, saveTokenDefaults),
  questionOf(contract.getLeakResponse, async (ctx) => ({
    leakResponse: await getLeakResponse(ctx, ctx.actor.tenantId),
  })),
  deedOf(contract.chooseLeakResponse, chooseLeakResponse),
  questionOf(contract.listSigningKeys, async (ctx) => ({ items: await listSigningKeys(ctx) })),
  deedOf(contract.rotateSigningKey, rotateSigningKey),
  cutOf(contract.withdrawSigningKey, withdrawSigningKey, askWithdrawal),
  questionOf(contract.listTenants, sliced(listTenants)),
  deedOf(contract.renameTenant, renameTenant),
];
