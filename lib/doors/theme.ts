import { cookies } from "next/headers";
import { z } from "zod";
import { env } from "@/lib/env";
import { DAY_SECONDS } from "@/lib/time";

const THEME_COOKIE = "latchkey-theme";
const KEPT_DAYS = 400;

const themeSchema = z.enum(["light", "dark"]);

export type Theme = z.output<typeof themeSchema>;

/** @returns what the person chose, or undefined: then the system decides */
export async function readTheme(): Promise<Theme | undefined> {
  return themeSchema.safeParse((await cookies()).get(THEME_COOKIE)?.value).data;
}

/** Keeps the choice in this browser; anything but a theme forgets it. */
export async function saveTheme(choice: unknown): Promise<void> {
  const theme = themeSchema.safeParse(choice);
  const jar = await cookies();
  if (!theme.success) jar.delete(THEME_COOKIE);
  else {
    jar.set(THEME_COOKIE, theme.data, {
      httpOnly: true,
      sameSite: "lax",
      secure: env().origin.startsWith("https:"),
      path: "/",
      maxAge: KEPT_DAYS * DAY_SECONDS,
    });
  }
}
