import type { Option } from "@/components/ui/select";
import { ROLES, type Role } from "@/lib/roles";

/** What a role may do, as the form says it under the choice. */
export const ROLE_HINTS: Readonly<Record<Role, string>> = {
  Administrator: "May do everything in this tenant, people and settings too.",
  Operator: "Runs machines, secrets, hosts, processes, jobs and assets, but neither people nor settings.",
  Viewer: "Sees machines and jobs, and changes nothing.",
};

export const ROLE_OPTIONS: readonly Option[] = ROLES.map((role) => ({ value: role, label: role }));

/** @returns the role that a choice of the form means */
export const roleOf = (value: string): Role => ROLES.find((role) => role === value) ?? "Viewer";
