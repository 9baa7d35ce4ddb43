import { folded } from "@/lib/fold";
import type { MachineKind } from "./schema";

/** Names are compared, not shown, in this form: the same whatever the case or the Unicode spelling. */
export function nameKey(name: string): string {
  return folded(name);
}

/** A standard machine is one named host; a template serves any. */
export function servesHost(
  machine: { readonly kind: MachineKind; readonly name: string },
  hostName: string,
): boolean {
  return machine.kind === "Template" || nameKey(machine.name) === nameKey(hostName);
}
