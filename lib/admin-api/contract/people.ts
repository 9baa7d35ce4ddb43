import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { instant, namedPageQuery, pageOf } from "@/lib/admin-api/shapes";
import { ROLES } from "@/lib/roles";
import {
  adminIdSchema,
  changeRoleSchema,
  inviteIdSchema,
  inviteSchema,
  leavingSchema,
  shareInstallationSchema,
} from "@/lib/users/schema";

const role = z.enum(ROLES);

const person = z.object({
  id: z.uuid(),
  email: z.string(),
  role,
  isDisabled: z.boolean(),
  hasSecondFactor: z.boolean(),
  managesInstallation: z.boolean(),
  joinedAt: instant,
  lastSignedInAt: instant.nullable(),
});

const inviteRow = z.object({
  id: z.uuid(),
  email: z.string(),
  role,
  createdAt: instant,
  expiresAt: instant,
  createdBy: z.string(),
});

const problem = z
  .string()
  .nullable()
  .meta({ description: "What stood in the way; null when the mail server took it" });

const issuedLink = z.object({
  link: z.string().meta({ description: "Whoever has it may use it, once: give it to nobody else" }),
  email: z.string(),
  expiresAt: instant,
  mail: z.object({ problem }).nullable().optional().meta({
    description:
      "What became of it by mail; null where no mail is set. Left out where the answer is repeated",
  }),
});

export const listPeople = operation({
  id: "listPeople",
  method: "GET",
  path: "/people",
  tag: "People",
  summary: "List the people of the tenant",
  may: "people.manage",
  query: namedPageQuery,
  answer: pageOf(person),
});

export const changeRole = operation({
  id: "changeRole",
  method: "PUT",
  path: "/people/{adminId}/role",
  tag: "People",
  summary: "Give a person another role",
  may: "people.manage",
  isSensitive: true,
  params: adminIdSchema,
  body: changeRoleSchema.omit({ adminId: true }),
});

export const disablePerson = operation({
  id: "disablePerson",
  method: "POST",
  path: "/people/{adminId}/disable",
  tag: "People",
  summary: "Keep a person out of the tenant, and end their sign-ins",
  description: "Who made API clients leaves only when `apiClients` says what becomes of these.",
  may: "people.manage",
  isSensitive: true,
  params: adminIdSchema,
  body: leavingSchema.omit({ adminId: true }),
});

export const enablePerson = operation({
  id: "enablePerson",
  method: "POST",
  path: "/people/{adminId}/enable",
  tag: "People",
  summary: "Let a disabled person in again, as what they were",
  may: "people.manage",
  isSensitive: true,
  params: adminIdSchema,
});

export const removePerson = operation({
  id: "removePerson",
  method: "POST",
  path: "/people/{adminId}/remove",
  tag: "People",
  summary: "Take a person out of the tenant, and end their sign-ins",
  description: "Who made API clients leaves only when `apiClients` says what becomes of these.",
  may: "people.manage",
  isSensitive: true,
  params: adminIdSchema,
  body: leavingSchema.omit({ adminId: true }),
});

export const makeResetLink = operation({
  id: "makeResetLink",
  method: "POST",
  path: "/people/{adminId}/reset-link",
  tag: "People",
  summary: "Make a link by which a person sets a new password, once, within an hour",
  description: "It goes to them by mail where mail is set. An earlier one is worth nothing any more.",
  may: "people.manage",
  isSensitive: true,
  params: adminIdSchema,
  answer: issuedLink,
  status: 201,
  secrets: ["link"],
});

export const shareInstallation = operation({
  id: "shareInstallation",
  method: "PUT",
  path: "/people/{adminId}/installation",
  tag: "Installation",
  summary: "Let a member of the tenant manage the installation, or no longer",
  description:
    "It is taken from who made API clients that manage the installation only when `apiClients` says what becomes of these.",
  may: "installation",
  isSensitive: true,
  params: adminIdSchema,
  body: shareInstallationSchema.omit({ adminId: true }),
});

export const sendTestMail = operation({
  id: "sendTestMail",
  method: "POST",
  path: "/people/{adminId}/test-mail",
  tag: "People",
  summary: "Send a mail to a person, to see whether mail gets through",
  may: "tenant.settings",
  params: adminIdSchema,
  answer: z.object({
    email: z.string(),
    mail: z
      .object({ problem, answer: z.string().nullable().meta({ description: "What the mail server said" }) })
      .optional()
      .meta({ description: "Left out where the answer is repeated: a mail goes out once" }),
  }),
});

export const invite = operation({
  id: "invite",
  method: "POST",
  path: "/invites",
  tag: "People",
  summary: "Make a link by which somebody becomes a member, once, within an hour",
  description:
    "It goes to them by mail where mail is set. An earlier invite of theirs is worth nothing any more.",
  may: "people.manage",
  isSensitive: true,
  body: inviteSchema,
  answer: issuedLink,
  status: 201,
  secrets: ["link"],
});

export const listInvites = operation({
  id: "listInvites",
  method: "GET",
  path: "/invites",
  tag: "People",
  summary: "List the invites that may still be used, the latest hundred",
  may: "people.manage",
  answer: z.object({ items: z.array(inviteRow) }),
});

export const revokeInvite = operation({
  id: "revokeInvite",
  method: "DELETE",
  path: "/invites/{inviteId}",
  tag: "People",
  summary: "Make an invite's link worth nothing",
  may: "people.manage",
  isSensitive: true,
  params: inviteIdSchema,
});
