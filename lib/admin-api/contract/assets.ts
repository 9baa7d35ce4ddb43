import { z } from "zod";
import { operation } from "@/lib/admin-api/operation";
import { instant, namedPageQuery, pageOf } from "@/lib/admin-api/shapes";
import {
  ASSET_TYPES,
  addAssetSchema,
  assetIdSchema,
  machineValueSchema,
  setAssetSchema,
} from "@/lib/assets/schema";

const NEVER_ANSWERED = "As text; null for a Credential, whose value is never answered";
const shownValue = z.string().nullable().meta({ description: NEVER_ANSWERED });

const asset = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  type: z.enum(ASSET_TYPES),
  value: shownValue,
  updatedAt: instant,
  createdBy: z.string().nullable(),
  machineValues: z
    .array(z.object({ machineId: z.uuid(), machineName: z.string(), value: shownValue }))
    .meta({ description: "Machines with a value of their own" }),
});

const newValue = setAssetSchema
  .pick({ username: true, value: true })
  .extend({ seen: z.object({ updatedAt: instant }).optional() });
const SEEN =
  "With `seen`: where any of the asset's values was changed since that was read, nothing is saved.";

export const listAssets = operation({
  id: "listAssets",
  method: "GET",
  path: "/assets",
  tag: "Assets",
  summary: "List assets",
  may: "read",
  query: namedPageQuery,
  answer: pageOf(asset),
});

export const addAsset = operation({
  id: "addAsset",
  method: "POST",
  path: "/assets",
  tag: "Assets",
  summary: "Add an asset",
  may: "assets.edit",
  body: addAssetSchema,
  answer: z.object({ assetId: z.uuid() }),
  status: 201,
});

export const setAsset = operation({
  id: "setAsset",
  method: "PUT",
  path: "/assets/{assetId}/value",
  tag: "Assets",
  summary: "Set the value that all machines get that have none of their own",
  description: SEEN,
  may: "assets.edit",
  params: assetIdSchema,
  body: newValue,
});

export const setMachineValue = operation({
  id: "setMachineValue",
  method: "PUT",
  path: "/assets/{assetId}/machines/{machineId}/value",
  tag: "Assets",
  summary: "Set the value that robots of one machine get",
  description: SEEN,
  may: "assets.edit",
  params: machineValueSchema,
  body: newValue,
});

export const removeMachineValue = operation({
  id: "removeMachineValue",
  method: "DELETE",
  path: "/assets/{assetId}/machines/{machineId}/value",
  tag: "Assets",
  summary: "Remove a machine's own value: its robots get the common one again",
  may: "assets.edit",
  params: machineValueSchema,
});

export const deleteAsset = operation({
  id: "deleteAsset",
  method: "DELETE",
  path: "/assets/{assetId}",
  tag: "Assets",
  summary: "Delete an asset with all its values",
  may: "assets.edit",
  params: assetIdSchema,
});
