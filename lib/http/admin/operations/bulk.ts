import * as contract from "@/lib/admin-api/contract/bulk";
import { cutOf } from "@/lib/http/admin/implement";
import { provisionMachines } from "@/lib/machines/commands/provision-machines";
import { checkMachines } from "@/lib/machines/queries";

/** What is done to many machines at once. */
export const BULK_OPERATIONS = [cutOf(contract.provisionMachines, provisionMachines, checkMachines)];
