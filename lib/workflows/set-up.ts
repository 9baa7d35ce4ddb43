import type { AnonymousActor, Ctx } from "@/lib/ctx";
import { createTenant } from "@/lib/tenants/commands";
import { createFirstAdmin, requireNoAdminYet } from "@/lib/users/commands/first-admin";
import { strangerIn } from "@/lib/users/password-work";
import { hashPassword } from "@/lib/users/passwords";
import { consumeSetupToken, requireSetupToken } from "@/lib/users/setup-token";
import type { SetUpInput } from "./schema";

type Prepared = Omit<SetUpInput, "password"> & { readonly passwordHash: string };

/** What takes long about {@link setUp}, done only for whoever holds the link. @throws Refusal `gone` */
export async function prepareSetUp(
  ctx: Ctx<AnonymousActor>,
  { password, ...input }: SetUpInput,
): Promise<Prepared> {
  await requireSetupToken(ctx, input.setupToken);
  return { ...input, passwordHash: await hashPassword(password, strangerIn(ctx)) };
}

/**
 * The one thing a stranger may do: with the set-up link, make the first tenant and its first administrator.
 * @throws Refusal `gone` when the link or the chance is used up
 */
export async function setUp(ctx: Ctx<AnonymousActor>, input: Prepared): Promise<{ tenantSlug: string }> {
  await requireNoAdminYet(ctx);
  await consumeSetupToken(ctx, input.setupToken);
  const { id: tenantId } = await createTenant(ctx, { slug: input.tenantSlug, name: input.tenantName });
  await createFirstAdmin(ctx, { email: input.email, passwordHash: input.passwordHash, tenantId });
  return { tenantSlug: input.tenantSlug };
}
