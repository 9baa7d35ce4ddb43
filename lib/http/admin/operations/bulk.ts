import * as contract from "@/lib/admin-api/contract/bulk";
import { cutOf } from "@/lib/http/admin/implement";
import { long } from "@/lib/http/deeds";
import { provisionMachines } from "@/lib/machines/commands/provision-machines";
import { checkMachines } from "@/lib/machines/queries";
import { areMany } from "@/lib/machines/rules";
import { addSecrets } from "@/lib/workflows/add-secrets";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { disableMachines, enableMachines } from "@/lib/workflows/disable-machines";
import { rotateMachines } from "@/lib/workflows/rotate-machines";
import {
  previewAddedSecrets,
  previewDeletion,
  previewDisabling,
  previewEnabling,
  previewRotation,
} from "@/lib/workflows/shown-cut";

/** What is done to many machines at once. */
export const BULK_OPERATIONS = [
  cutOf(contract.provisionMachines, long(provisionMachines), checkMachines),
  cutOf(contract.deleteMachines, long(deleteMachines, areMany), previewDeletion),
  cutOf(contract.disableMachines, long(disableMachines, areMany), previewDisabling),
  cutOf(contract.enableMachines, long(enableMachines, areMany), previewEnabling),
  cutOf(contract.addSecrets, long(addSecrets, areMany), previewAddedSecrets),
  cutOf(contract.rotateMachines, long(rotateMachines, areMany), previewRotation),
];
