import { acceptInvite, acceptInviteAsNew, invitePerson } from "@/lib/admins/commands/invite";
import {
  changePassword,
  makeResetLink,
  makeResetLinkAtServer,
  resetPassword,
} from "@/lib/admins/commands/reset-password";
import { endOwnSignIn, signOut, startSignIn } from "@/lib/admins/commands/sign-in";
import { hashPassword } from "@/lib/admins/passwords";
import type { Ctx, Db, PersonActor } from "@/lib/ctx";
import { anonymousCtx, systemCtx, tokenOf, unique } from "@/test/world";
import type { Scene } from "./every-deed";
import type { OtherDeed } from "./job-deeds";

const password = "correct horse battery";
const changedAt = new Date("2026-01-01T00:00:00.000Z");
const hash = hashPassword(password);

/** The scene's administrator with a password and two sign-ins, acting in the first one. */
async function person(db: Db, { admin }: Scene): Promise<{ ctx: Ctx<PersonActor>; otherId: string }> {
  await db.adminPassword.create({ data: { adminId: admin.id, hash: await hash, changedAt } });
  const signIn = async () => {
    const checked = { id: admin.id, email: admin.name, passwordChangedAt: changedAt };
    return (await startSignIn(anonymousCtx(db), checked, { knownBrowser: null, userAgent: "" })) ?? "";
  };
  const actor = {
    kind: "person",
    id: admin.id,
    name: admin.name,
    address: null,
    signInId: await signIn(),
  } as const;
  return { ctx: { db, actor, now: new Date() }, otherId: await signIn() };
}

const SIGNED_IN_TWICE = ["admin.signed_in", "admin.signed_in"];

/** What people do to their own accounts, and strangers with the links they were given. */
export const PEOPLE_DEEDS: Readonly<Record<string, OtherDeed>> = {
  startSignIn: { events: SIGNED_IN_TWICE, run: person },
  signOut: {
    events: [...SIGNED_IN_TWICE, "admin.signed_out"],
    run: async (db, scene) => {
      const { otherId } = await person(db, scene);
      await signOut(anonymousCtx(db), { signInId: otherId });
    },
  },
  endOwnSignIn: {
    events: [...SIGNED_IN_TWICE, "admin.sign_in_ended"],
    run: async (db, scene) => {
      const { ctx, otherId } = await person(db, scene);
      await endOwnSignIn(ctx, { signInId: otherId });
    },
  },
  changePassword: {
    events: [...SIGNED_IN_TWICE, "admin.password_changed"],
    run: async (db, scene) => {
      const { ctx } = await person(db, scene);
      await changePassword(ctx, { oldPassword: password, newPassword: "another horse battery" });
    },
  },
  makeResetLinkAtServer: {
    events: ["admin.reset_link_made"],
    run: (db, { admin }) => makeResetLinkAtServer(systemCtx(db), { email: admin.name }),
  },
  resetPassword: {
    events: ["admin.reset_link_made", "admin.password_reset"],
    run: async (db, { admin, colleague }) => {
      const made = await makeResetLink({ db, actor: admin, now: new Date() }, { adminId: colleague.id });
      await resetPassword(anonymousCtx(db), { token: tokenOf(made), password });
    },
  },
  acceptInviteAsNew: {
    events: ["admin.invited", "admin.joined"],
    run: async (db, { admin }) => {
      const invite = { email: `${unique("joins")}@latchkey.test`, role: "Viewer" } as const;
      const made = await invitePerson({ db, actor: admin, now: new Date() }, invite);
      await acceptInviteAsNew(anonymousCtx(db), { token: tokenOf(made), password });
    },
  },
  acceptInvite: {
    events: ["admin.invited", ...SIGNED_IN_TWICE, "admin.joined"],
    run: async (db, scene) => {
      const { id: tenantId } = await db.tenant.create({
        data: { slug: unique("host"), name: "Host", createdAt: changedAt },
      });
      const member = { adminId: scene.colleague.id, tenantId, createdAt: changedAt };
      await db.membership.create({ data: { ...member, role: "Administrator" } });
      const host = { ...scene.colleague, tenantId };
      const invite = { email: scene.admin.name, role: "Viewer" } as const;
      const made = await invitePerson({ db, actor: host, now: new Date() }, invite);
      const { ctx } = await person(db, scene);
      await acceptInvite(ctx, { token: tokenOf(made) });
    },
  },
};
