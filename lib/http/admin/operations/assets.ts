import * as contract from "@/lib/admin-api/contract/assets";
import { addAsset, deleteAsset, removeMachineValue, setAsset } from "@/lib/assets/commands";
import { listAssets } from "@/lib/assets/queries";
import { deedOf, questionOf } from "@/lib/http/admin/implement";
import { paged } from "@/lib/http/admin/paged";

/** What is done to assets by API clients; the deeds and questions of the portal's page. */
export const ASSET_OPERATIONS = [
  questionOf(
    contract.listAssets,
    paged(listAssets, ({ name }) => name),
  ),
  deedOf(contract.addAsset, addAsset),
  deedOf(contract.setAsset, setAsset),
  deedOf(contract.setMachineValue, setAsset),
  deedOf(contract.removeMachineValue, removeMachineValue),
  deedOf(contract.deleteAsset, deleteAsset),
];
