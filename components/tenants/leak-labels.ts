import type { LeakResponse } from "@/lib/tenants/schema";

export const LEAK_LABELS: Readonly<Record<LeakResponse, { readonly label: string; readonly hint: string }>> =
  {
    Disable: {
      label: "Disable it at once",
      hint: "Its hosts are disconnected and their jobs stop. It can be enabled again.",
    },
    Rehearse: {
      label: "Rehearse its deletion",
      hint: "It goes on working for whoever has it, too. For 7 days its page says whom a deletion would cut.",
    },
    Tell: {
      label: "Only tell",
      hint: "It goes on working for whoever has it, until somebody here does something.",
    },
  };
