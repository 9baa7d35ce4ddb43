"use server";

import { addAsset, deleteAsset, removeMachineValue, setAsset } from "@/lib/assets/commands";
import { addAssetSchema, assetIdSchema, machineValueSchema, setAssetSchema } from "@/lib/assets/schema";
import { adminAction } from "@/lib/http/portal/actions";

export const addAssetAction = adminAction(addAssetSchema, addAsset);
export const setAssetAction = adminAction(setAssetSchema, setAsset);
export const removeMachineValueAction = adminAction(machineValueSchema, removeMachineValue);
export const deleteAssetAction = adminAction(assetIdSchema, deleteAsset);
