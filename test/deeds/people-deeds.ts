import type { Ctx, Db, PersonActor } from "@/lib/ctx";
import { arrive, recordRefusedArrival } from "@/lib/users/commands/arrive";
import { chooseMail } from "@/lib/users/commands/choose-mail";
import { confirmSignIn } from "@/lib/users/commands/confirm-sign-in";
import { firstArrival } from "@/lib/users/commands/first-arrival";
import { acceptInvite, acceptInviteAsNew, invitePerson } from "@/lib/users/commands/invite";
import {
  changePassword,
  makeResetLink,
  makeResetLinkAtServer,
  resetPassword,
} from "@/lib/users/commands/reset-password";
import {
  beginSecondFactor,
  confirmSecondFactor,
  removeSecondFactor,
  removeSecondFactorAtServer,
  replaceRecoveryCodes,
} from "@/lib/users/commands/second-factor";
import { endOwnSignIn, recordRefusedSignIn, signOut, startSignIn } from "@/lib/users/commands/sign-in";
import { hashPassword } from "@/lib/users/passwords";
import { appOf } from "@/test/authenticator";
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

async function setUpSecondFactor(ctx: Ctx<PersonActor>) {
  const { uri } = await beginSecondFactor(ctx);
  return confirmSecondFactor(ctx, { code: appOf(uri)(ctx.now) });
}

const SIGNED_IN_TWICE = ["admin.signed_in", "admin.signed_in"];

/** What people do to their own accounts, and strangers with the links they were given. */
export const PEOPLE_DEEDS: Readonly<Record<string, OtherDeed>> = {
  recordRefusedSignIn: {
    events: ["admin.sign_in_refused"],
    run: (db, { admin }) =>
      recordRefusedSignIn(anonymousCtx(db), { email: admin.name, reason: "wrong password" }),
  },
  arrive: {
    events: ["admin.joined", "admin.signed_in"],
    run: async (db, { admin }) => {
      const { slug } = await db.tenant.findUniqueOrThrow({ where: { id: admin.tenantId } });
      const arrival = {
        issuer: "https://login.test",
        subject: unique("subject"),
        email: `${unique("arrives")}@latchkey.test`,
        role: "Viewer",
        tenantSlug: slug,
        provedAt: null,
      } as const;
      await arrive(anonymousCtx(db), arrival, "");
    },
  },
  firstArrival: {
    events: ["admin.bound_to_provider"],
    run: async (db, { admin }) => {
      const who = { issuer: "https://login.test", subject: unique("subject"), email: admin.name };
      await firstArrival(anonymousCtx(db), { ...who, role: null, tenantSlug: "", provedAt: null });
    },
  },
  recordRefusedArrival: {
    events: ["admin.sign_in_refused"],
    run: async (db, { admin }) => {
      const known = { issuer: "https://login.test", subject: unique("subject") };
      await db.federatedIdentity.create({ data: { ...known, adminId: admin.id, createdAt: new Date() } });
      await recordRefusedArrival(anonymousCtx(db), known);
    },
  },
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
  chooseMail: {
    events: [...SIGNED_IN_TWICE, "admin.mail_chosen"],
    run: async (db, scene) => {
      const { ctx } = await person(db, scene);
      await chooseMail(ctx, { tenantId: scene.admin.tenantId, kinds: ["leak.reported"] });
    },
  },
  confirmSignIn: {
    events: [...SIGNED_IN_TWICE, "admin.sign_in_confirmed"],
    run: async (db, scene) =>
      confirmSignIn((await person(db, scene)).ctx, { password: { hash: await hash } }),
  },
  changePassword: {
    events: [...SIGNED_IN_TWICE, "admin.password_changed"],
    run: async (db, scene) => {
      const { ctx } = await person(db, scene);
      await changePassword(ctx, { present: { hash: await hash }, newHash: await hash });
    },
  },
  beginSecondFactor: {
    events: SIGNED_IN_TWICE,
    run: async (db, scene) => beginSecondFactor((await person(db, scene)).ctx),
  },
  confirmSecondFactor: {
    events: [...SIGNED_IN_TWICE, "admin.second_factor_set_up"],
    run: async (db, scene) => setUpSecondFactor((await person(db, scene)).ctx),
  },
  replaceRecoveryCodes: {
    events: [
      ...SIGNED_IN_TWICE,
      "admin.second_factor_set_up",
      "admin.recovery_code_used",
      "admin.recovery_codes_replaced",
    ],
    run: async (db, scene) => {
      const { ctx } = await person(db, scene);
      const { recoveryCodes } = await setUpSecondFactor(ctx);
      await replaceRecoveryCodes(ctx, { code: recoveryCodes[0] ?? "" });
    },
  },
  removeSecondFactor: {
    events: [...SIGNED_IN_TWICE, "admin.second_factor_set_up", "admin.second_factor_removed"],
    run: async (db, scene) => {
      const { ctx } = await person(db, scene);
      await setUpSecondFactor(ctx);
      await removeSecondFactor(ctx, { hash: await hash });
    },
  },
  removeSecondFactorAtServer: {
    events: [...SIGNED_IN_TWICE, "admin.second_factor_set_up", "admin.second_factor_removed"],
    run: async (db, scene) => {
      await setUpSecondFactor((await person(db, scene)).ctx);
      await removeSecondFactorAtServer(systemCtx(db), { email: scene.admin.name });
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
      await resetPassword(anonymousCtx(db), { token: tokenOf(made), passwordHash: await hash });
    },
  },
  acceptInviteAsNew: {
    events: ["admin.invited", "admin.joined"],
    run: async (db, { admin }) => {
      const invite = { email: `${unique("joins")}@latchkey.test`, role: "Viewer" } as const;
      const made = await invitePerson({ db, actor: admin, now: new Date() }, invite);
      await acceptInviteAsNew(anonymousCtx(db), { token: tokenOf(made), passwordHash: await hash });
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
