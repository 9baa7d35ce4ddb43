import { whoAmI } from "@/lib/admin-api/contract/self";
import type { AdminApiActor } from "@/lib/http/admin/bearer";
import { questionOf } from "@/lib/http/admin/implement";
import { getTenant } from "@/lib/tenants/queries";

/** What an API client is told of itself. */
export const SELF_OPERATIONS = [
  questionOf(whoAmI, async (ctx) => {
    // At this door there is nobody else.
    const { id, name, role, mayConfirm, managesInstallation, credentialId } = ctx.actor as AdminApiActor;
    return { id, name, role, mayConfirm, managesInstallation, credentialId, tenant: await getTenant(ctx) };
  }),
];
