"use server";

import { saveTheme } from "@/lib/http/portal/theme";

export async function saveThemeAction(choice: unknown): Promise<void> {
  await saveTheme(choice);
}
