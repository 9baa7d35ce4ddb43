import type { Actor, AdminActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import type { Role } from "@/lib/tenants/schema";

/** What each deed of an admin asks for, and the roles that have it. Reading needs only membership of the tenant. */
const ROLES_BY_PERMISSION = {
  "machines.provision": ["Administrator"],
  "machines.edit": ["Administrator"],
  "machines.disable": ["Administrator"],
  "machines.delete": ["Administrator"],
  "secrets.issue": ["Administrator"],
  "secrets.delete": ["Administrator"],
  "keys.add": ["Administrator"],
  "keys.delete": ["Administrator"],
  "hosts.disconnect": ["Administrator"],
  "processes.edit": ["Administrator"],
  "jobs.start": ["Administrator"],
  "jobs.stop": ["Administrator"],
  "assets.edit": ["Administrator"],
  "audit.export": ["Administrator"],
  "tenant.settings": ["Administrator"],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof ROLES_BY_PERMISSION;

/**
 * The first line of every deed of an admin.
 * @throws Refusal `forbidden` unless the actor is an admin whose role in this tenant has the permission
 */
export function allow(actor: Actor, permission: Permission): asserts actor is AdminActor {
  const roles: readonly Role[] = ROLES_BY_PERMISSION[permission];
  if (actor.kind === "admin" && roles.includes(actor.role)) return;
  throw new Refusal(
    "forbidden",
    "Your role in this tenant does not allow that. Ask an administrator of the tenant.",
  );
}

/**
 * The first line of every deed that concerns all tenants at once, such as changing signing keys.
 * @throws Refusal `forbidden` unless the actor is an admin who manages the installation, whatever their role in the tenant
 */
export function allowInstallation(actor: Actor): asserts actor is AdminActor {
  if (actor.kind === "admin" && actor.managesInstallation) return;
  throw new Refusal(
    "forbidden",
    "That concerns every tenant of this installation. Ask somebody who manages the installation.",
  );
}
