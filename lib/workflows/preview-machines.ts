import type { Ctx } from "@/lib/ctx";
import { getLimits } from "@/lib/limits/queries";
import type { Limits } from "@/lib/limits/schema";
import type { ManyDeed, PreviewMachinesInput } from "./schema";
import {
  type CutPreview,
  previewAddedSecrets,
  previewDeletion,
  previewDisabling,
  previewEnabling,
  previewRotation,
} from "./shown-cut";

const PREVIEWS = {
  rotate: previewRotation,
  addSecrets: previewAddedSecrets,
  disable: previewDisabling,
  enable: previewEnabling,
  delete: previewDeletion,
} as const satisfies Record<ManyDeed, typeof previewDeletion>;

/** Shows what a deed on many machines would cut, with what its dialog asks besides. @throws Refusal as that preview says */
export async function previewMachines(
  ctx: Ctx,
  { deed, ...chosen }: PreviewMachinesInput,
): Promise<CutPreview & Pick<Limits, "lifetimeDaysMax">> {
  const preview = await PREVIEWS[deed](ctx, chosen);
  const { lifetimeDaysMax } = await getLimits(ctx);
  return { ...preview, lifetimeDaysMax };
}
