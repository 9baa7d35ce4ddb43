import { ROLES } from "@/lib/roles";
import type { ApiClientRights } from "./schema";

/** @returns whether whoever has the one rights has no fewer than the other, one by one */
export const includesRights = (own: ApiClientRights, other: ApiClientRights): boolean =>
  ROLES.indexOf(own.role) <= ROLES.indexOf(other.role) &&
  (own.managesInstallation || !other.managesInstallation) &&
  (own.mayConfirm || !other.mayConfirm);
