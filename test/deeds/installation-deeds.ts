import { generateKeyPairSync, randomUUID } from "node:crypto";
import { makeApiClientSchema } from "@/lib/api-clients/schema";
import type { Ctx } from "@/lib/ctx";
import { importSigningKey } from "@/lib/identity/commands/import-key";
import { ensureSigningKey, keepSigningKeys } from "@/lib/identity/commands/keep-keys";
import { publishKey } from "@/lib/identity/commands/publish-key";
import { rotateSigningKey } from "@/lib/identity/commands/rotate-key";
import { withdrawSigningKey } from "@/lib/identity/commands/withdraw-key";
import { makeKey } from "@/lib/identity/key-material";
import { PUBLISHED_BEFORE_SECONDS } from "@/lib/identity/rules";
import { addSeconds } from "@/lib/time";
import { joinTenant } from "@/lib/users/commands/join-tenant";
import { lockManagers, shareInstallation } from "@/lib/users/commands/share-installation";
import { addTenant } from "@/lib/workflows/add-tenant";
import { makeApiClient } from "@/lib/workflows/manage-api-clients";
import { shareInstallationAndClients } from "@/lib/workflows/settle-people";
import { systemCtx, unique } from "@/test/world";
import type { OtherDeed } from "./job-deeds";

/** What only whoever manages the installation can do, and the events it leaves. */
export type InstallationDeed = {
  readonly events: readonly string[];
  readonly run: (ctx: Ctx) => Promise<unknown>;
};

/** A private key as another server would hand it out. */
export function foreignJwk(kid?: string): Record<string, unknown> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), ...(kid !== undefined && { kid }) };
}

async function newMember({ db, actor, now }: Ctx): Promise<string> {
  const email = `${unique("manager")}@latchkey.test`;
  const membership = { tenantId: actor.tenantId, role: "Viewer", createdAt: now } as const;
  const { id } = await db.admin.create({
    data: { email, emailKey: email, createdAt: now, memberships: { create: membership } },
  });
  return id;
}

export const INSTALLATION_DEEDS: Readonly<Record<string, InstallationDeed>> = {
  shareInstallation: {
    events: ["admin.manages_installation"],
    run: async (ctx) => shareInstallation(ctx, { adminId: await newMember(ctx), manages: true }),
  },
  shareInstallationAndClients: {
    events: [
      "admin.manages_installation",
      "api_client.made",
      "secret.issued",
      "api_client.edited",
      "admin.manages_installation",
    ],
    run: async (ctx) => {
      const adminId = await newMember(ctx);
      await shareInstallationAndClients(ctx, { adminId, manages: true });
      const { id } = await makeApiClient(
        { ...ctx, actor: { ...ctx.actor, role: "Administrator" } },
        makeApiClientSchema.parse({ name: unique("client"), role: "Viewer", managesInstallation: true }),
      );
      await ctx.db.apiClient.update({ where: { machineId: id }, data: { madeById: adminId } });
      return shareInstallationAndClients(ctx, { adminId, manages: false, apiClients: "lower" });
    },
  },
  lockManagers: { events: [], run: lockManagers },
  rotateSigningKey: { events: ["signing_key.created"], run: rotateSigningKey },
  importSigningKey: {
    events: ["signing_key.imported"],
    run: (ctx) => importSigningKey(ctx, { jwk: JSON.stringify(foreignJwk()), role: "retired" }),
  },
  withdrawSigningKey: {
    events: ["signing_key.withdrawn", "signing_key.created", "signing_key.activated"],
    run: async (ctx) => {
      const { kid } = await ctx.db.signingKey.findFirstOrThrow();
      return withdrawSigningKey(ctx, { kid, confirmedActive: true });
    },
  },
  addTenant: {
    events: ["tenant.created", "admin.joined"],
    run: (ctx) => addTenant(ctx, newTenant()),
  },
  joinTenant: {
    events: ["admin.joined"],
    run: async (ctx) => {
      const { id } = await ctx.db.tenant.create({ data: { ...newTenant(), createdAt: ctx.now } });
      return joinTenant(ctx, { tenantId: id });
    },
  },
};

const newTenant = () => ({ slug: randomUUID(), name: "Made" });

/** What the process itself does to keys. */
export const SYSTEM_KEY_DEEDS: Readonly<Record<string, OtherDeed>> = {
  ensureSigningKey: {
    events: ["signing_key.created", "signing_key.activated"],
    run: async (db) => {
      await db.signingKey.deleteMany({});
      await ensureSigningKey(systemCtx(db));
    },
  },
  publishKey: {
    events: ["signing_key.created"],
    run: async (db) => {
      const activatesAt = addSeconds(new Date(), PUBLISHED_BEFORE_SECONDS);
      await publishKey(systemCtx(db), await makeKey("EdDSA"), { activatesAt });
    },
  },
  keepSigningKeys: {
    events: ["signing_key.created", "signing_key.activated", "signing_key.retired"],
    run: async (db) => {
      const now = new Date();
      const activatesAt = addSeconds(now, PUBLISHED_BEFORE_SECONDS);
      await publishKey(systemCtx(db, now), await makeKey("ES256"), { activatesAt });
      await keepSigningKeys(systemCtx(db, activatesAt));
    },
  },
};
