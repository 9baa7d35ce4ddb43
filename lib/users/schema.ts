import { z } from "zod";
import { opaqueString } from "@/lib/fold";
import type { Role } from "@/lib/roles";
import { roleSchema } from "@/lib/tenants/schema";
import { isPlainLine, isStorable } from "@/lib/text";

export const PASSWORD_MIN_BYTES = 12;
/** bcrypt reads 72 bytes and ignores the rest, so longer passwords are refused instead of cut. */
export const PASSWORD_MAX_BYTES = 72;

const bytes = (value: string) => new TextEncoder().encode(value).length;

/** How many invites that stand are shown, and how many of a person's sign-ins: the latest. */
export const INVITES_SHOWN_MAX = 100;
export const SIGN_INS_SHOWN_MAX = 100;

export const emailSchema = z
  .string({ error: "Enter your email." })
  .trim()
  .min(1, "Enter your email.")
  .max(254, "Use at most 254 characters.")
  .regex(/^[^\s@]+@[^\s@]+$/, "Enter an email address, such as ada@example.com.")
  .refine(isPlainLine, "Use plain characters only.");

/** A new password, in the form in which it is counted and hashed. */
export const newPasswordSchema = z
  .string({ error: "Enter a password." })
  .overwrite(opaqueString)
  .refine((value) => bytes(value) >= PASSWORD_MIN_BYTES, `Use at least ${PASSWORD_MIN_BYTES} characters.`)
  .refine((value) => bytes(value) <= PASSWORD_MAX_BYTES, `Use at most ${PASSWORD_MAX_BYTES} bytes.`)
  .refine(isStorable, "Use plain characters only.");

const passwordSchema = z.string().min(1, "Enter your password.");
/** Of an authenticator app, or a recovery code. */
const codeSchema = z.string().trim().min(1, "Enter the code.").max(100, "This is no code.");

export const signInSchema = z.object({ email: emailSchema, password: passwordSchema });
/** The second step, for whoever has a second factor. */
export const signInWithCodeSchema = signInSchema.extend({ code: codeSchema });
export const codeOnlySchema = z.object({ code: codeSchema });
export const passwordOnlySchema = z.object({ password: passwordSchema });
export const confirmSignInSchema = z.object({
  kind: z.enum(["password", "code"]),
  proof: z.string().min(1, "Enter it here.").max(200, "This is too long."),
});
export type ConfirmSignInInput = z.output<typeof confirmSignInSchema>;
export const nothingSchema = z.object({});

const linkTokenSchema = z.string().min(1).max(200);

export const inviteSchema = z.object({ email: emailSchema, role: roleSchema });
export const inviteIdSchema = z.object({ inviteId: z.uuid() });
export const adminIdSchema = z.object({ adminId: z.uuid() });
/** What becomes of the API clients that somebody made; asked only where there are some. */
export const leavingSchema = adminIdSchema.extend({
  apiClients: z.enum(["keep", "disable", "delete"]).optional(),
});
export const changeRoleSchema = z.object({
  adminId: z.uuid(),
  role: roleSchema,
  /** Of those that may do more than the new role. */
  apiClients: z.enum(["lower", "disable", "delete"]).optional(),
});
export const shareInstallationSchema = z.object({
  adminId: z.uuid(),
  manages: z.boolean(),
  /** Of those that manage the installation, where it is taken from whoever made them. */
  apiClients: z.enum(["lower", "disable", "delete"]).optional(),
});
export const signInIdSchema = z.object({ signInId: z.uuid() });

/** A link as its page sends it: what stood behind `#`. */
export const linkSchema = z.object({ token: linkTokenSchema });
/** A link with the password that somebody chose on its page. */
export const linkAndPasswordSchema = z.object({ token: linkTokenSchema, password: newPasswordSchema });

export const changePasswordSchema = z.object({
  oldPassword: z.string().min(1, "Enter your present password."),
  newPassword: newPasswordSchema,
});

/** A member of a tenant, as its list shows them. */
export type PersonRow = {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly isDisabled: boolean;
  readonly isYou: boolean;
  readonly hasSecondFactor: boolean;
  readonly managesInstallation: boolean;
  readonly joinedAt: Date;
  readonly lastSignedInAt: Date | null;
};

/** Somebody with an account, as the command on the server lists them. */
export type PersonAtServer = {
  readonly email: string;
  readonly isDisabled: boolean;
  readonly hasSecondFactor: boolean;
  readonly lastSignedInAt: Date | null;
  readonly memberships: readonly {
    readonly role: Role;
    readonly isDisabled: boolean;
    readonly tenantName: string;
    readonly tenantSlug: string;
  }[];
};

/** An invite that nobody has used yet. */
export type InviteRow = {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly createdBy: string;
};

/** A link, given out once by the deed that made it and by nothing else. */
export type IssuedLink = { readonly link: string; readonly email: string; readonly expiresAt: Date };

/** The same as whoever made it sees it. `mail` is what became of it by mail: null where none is sent, `problem` null when it was taken. */
export type SentLink = IssuedLink & { readonly mail: { readonly problem: string | null } | null };

/** What became of a mail that somebody sent to themselves: `problem` null when it was taken, `answer` what the mail server said. */
export type TestMail = { readonly problem: string | null; readonly answer: string | null };

/** What the holder of an invite is told. */
export type InviteView = {
  readonly email: string;
  readonly role: Role;
  readonly tenantName: string;
  /** Somebody with this email has an account already, and need not make one. */
  readonly hasAccount: boolean;
};

/** A person's own second factor. */
export type SecondFactorView = { readonly since: Date; readonly recoveryCodesLeft: number };

/** A way in that a person has open. */
export type SignInView = {
  readonly id: string;
  readonly device: string;
  readonly address: string | null;
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
  readonly isThisOne: boolean;
};

export type NewAdmin = { readonly email: string; readonly passwordHash: string };

export type LeavingInput = Readonly<z.output<typeof leavingSchema>>;
export type ShareInstallationInput = Readonly<z.output<typeof shareInstallationSchema>>;
export type ChangeRoleInput = Readonly<z.output<typeof changeRoleSchema>>;
