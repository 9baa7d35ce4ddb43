import type { Actor, AdminActor, SystemActor, UserActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import type { Role } from "./roles";

/** Whoever runs machines and what happens on them, but neither people nor settings. */
const OPERATORS = ["Administrator", "Operator"] as const;
const ADMINISTRATORS = ["Administrator"] as const;

/**
 * What each deed of an admin asks for, and the roles that have it. Reading needs only membership of the tenant, except of
 * people: who is here and when they came is nobody's business but the administrators'.
 */
const ROLES_BY_PERMISSION = {
  "machines.provision": OPERATORS,
  "machines.edit": OPERATORS,
  "machines.disable": OPERATORS,
  "machines.delete": OPERATORS,
  "secrets.issue": OPERATORS,
  "keys.add": OPERATORS,
  "credentials.edit": OPERATORS,
  "credentials.disable": OPERATORS,
  "credentials.delete": OPERATORS,
  "credentials.rehearse": OPERATORS,
  "credentials.rotate": OPERATORS,
  "hosts.disconnect": OPERATORS,
  "processes.edit": OPERATORS,
  "jobs.start": OPERATORS,
  "jobs.stop": OPERATORS,
  "assets.edit": OPERATORS,
  "people.manage": ADMINISTRATORS,
  "audit.export": ADMINISTRATORS,
  "tenant.settings": ADMINISTRATORS,
  "apiClients.manage": ADMINISTRATORS,
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof ROLES_BY_PERMISSION;

/** @returns whether the role has the permission: for pages, which leave out what would be refused */
export function may(role: Role, permission: Permission): boolean {
  const roles: readonly Role[] = ROLES_BY_PERMISSION[permission];
  return roles.includes(role);
}

/** @returns whether it is a person or an API client, who have a role in a tenant */
const isUser = (actor: Actor): actor is UserActor => actor.kind === "admin" || actor.kind === "apiClient";

/** @returns the id of the person who acts, for what is written beside their name; null for a program or Latchkey itself */
export const personIdOf = (actor: Actor): string | null =>
  actor.kind === "admin" || actor.kind === "person" ? actor.id : null;

/** @returns what the API client that acts is called, for what is written where there is no person */
export const clientNameOf = (actor: Actor): string | null => (actor.kind === "apiClient" ? actor.name : null);

/** @returns what whoever acts is called, where it is said beside what they did; null for Latchkey itself */
export const nameOf = (actor: UserActor | SystemActor): string | null =>
  actor.kind === "system" ? null : actor.name;

/**
 * The first line of every deed of an admin.
 * @throws Refusal `forbidden` unless the actor is a person or an API client whose role in this tenant has the permission
 */
export function allow(actor: Actor, permission: Permission): asserts actor is UserActor {
  if (isUser(actor) && may(actor.role, permission)) return;
  throw new Refusal(
    "forbidden",
    "Your role in this tenant does not allow that. Ask an administrator of the tenant.",
  );
}

/**
 * The first line of a deed on what belongs to the person who acts, such as what they have seen.
 * @throws Refusal `forbidden` for an API client
 */
export function allowPerson(actor: UserActor): asserts actor is AdminActor {
  if (actor.kind === "admin") return;
  throw new Refusal("forbidden", "Only a person has that: an API client has nothing of its own here.");
}

/**
 * The first line of a deed that the process does by itself, too, in any tenant; a person does it in their own.
 * @throws Refusal `forbidden` as `allow` does, `not_found` for another tenant
 */
export function allowIn(
  actor: Actor,
  permission: Permission,
  tenantId: string,
): asserts actor is UserActor | SystemActor {
  if (actor.kind === "system") return;
  allow(actor, permission);
  if (actor.tenantId !== tenantId) {
    throw new Refusal("not_found", "There is no such thing in this tenant.");
  }
}

/**
 * The first line of every deed that concerns all tenants at once, such as changing signing keys.
 * @throws Refusal `forbidden` unless the actor is a person or an API client that manages the installation, whatever their role in the tenant
 */
export function allowInstallation(actor: Actor): asserts actor is UserActor {
  if (isUser(actor) && actor.managesInstallation) return;
  throw new Refusal(
    "forbidden",
    "That concerns every tenant of this installation. Ask somebody who manages the installation.",
  );
}
