import { readAsset } from "@/lib/assets/queries";
import { assetNameSchema } from "@/lib/assets/schema";
import { robotQuestion, robotResource } from "@/lib/http/robots/endpoint";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  GET: robotQuestion("OR.Assets", assetNameSchema, readAsset),
});
