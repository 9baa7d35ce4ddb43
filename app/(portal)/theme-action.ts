"use server";

import { saveTheme } from "@/lib/doors/theme";

export async function saveThemeAction(choice: unknown): Promise<void> {
  await saveTheme(choice);
}
