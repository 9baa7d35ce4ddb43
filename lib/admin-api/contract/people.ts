import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { instant, pageOf, shortPageQuery } from "@/lib/admin-api/shapes";
import { ROLES } from "@/lib/roles";
import { adminIdSchema, changeRoleSchema, inviteIdSchema, leavingSchema } from "@/lib/users/schema";

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

const invite = z.object({
  id: z.uuid(),
  email: z.string(),
  role,
  createdAt: instant,
  expiresAt: instant,
  createdBy: z.string(),
});

export const listPeople = operation({
  id: "listPeople",
  method: "GET",
  path: "/people",
  tag: "People",
  summary: "List the people of the tenant",
  may: "people.manage",
  query: shortPageQuery,
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

export const listInvites = operation({
  id: "listInvites",
  method: "GET",
  path: "/invites",
  tag: "People",
  summary: "List the invites that may still be used, the latest hundred",
  may: "people.manage",
  answer: z.object({ items: z.array(invite) }),
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
