import type { SessionState } from "@/lib/sessions/schema";

export const SESSION_LOOKS = {
  Available: "accent",
  Busy: "brass",
  Unresponsive: "danger",
  Disconnected: "neutral",
} as const satisfies Record<SessionState, string>;
